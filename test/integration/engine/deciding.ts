import { NO_CANARIES } from '../../../src/decide/canaries.ts';
import type { Population } from '../../../src/decide/guards/counted.ts';
import { type DecideParts, decideBatch } from '../../../src/decide/stage.ts';
import type { Incident } from '../../../src/domain/incident.ts';
import { type Opening, openIncident } from '../../../src/ingest/opening.ts';
import { loadRemediations } from '../../../src/remediation/registry.ts';
import { loadRulebook } from '../../../src/rules/load.ts';
import type { Maintenance } from '../../../src/rules/maintenance.ts';
import type { Guards, Rule } from '../../../src/rules/rule.ts';
import { createRulebook } from '../../../src/rules/rulebook.ts';
import { type Db, openDb } from '../../../src/store/db.ts';
import { insertEpisodes } from '../../../src/store/episodes.ts';
import { record } from '../../../src/store/record.ts';
import { episodeOf } from '../../unit/decide/bench.ts';
import { NOW, openStore } from '../store/store.ts';

export { NOW };

/** The decide stage alone, on a database of its own, under the toy's rule `thing-broken` with these guards. */
export async function openDeciding() {
  const store = await openStore(10);
  const remediations = await loadRemediations('test/fixtures/toy/remediations');
  const loaded = await loadRulebook('test/fixtures/toy/rules', remediations, []);
  if ('faults' in loaded) throw new Error('the toy rules are faulty');
  const toy = loaded.rulebook.get('thing-broken');
  if (toy === undefined) throw new Error('the toy has no rule thing-broken');
  const state = {
    now: NOW,
    rule: toy as Rule,
    population: null as Population | null,
    backoff: [] as readonly number[],
    maintenance: [] as Maintenance[],
  };
  const partsOn = (db: Db): DecideParts => ({
    db,
    clock: { now: () => state.now, sleep: async () => undefined },
    canaries: NO_CANARIES,
    askSources: async () => [],
    remediations,
    get limits() {
      return { runs_at_once: 1_000_000, runs_per_hour: 1_000_000, backoff: state.backoff };
    },
    unmatched: { critical: 'page', high: 'page', medium: 'record', low: 'record' },
    timeIntervals: new Map([
      [
        'evenings',
        [{ times: [{ from: 1_200, to: 1_320 }], weekdays: [], daysOfMonth: [], months: [], years: [], zone: 'UTC' }],
      ],
    ]),
    maintenance: state.maintenance,
    populations: {
      measure: async () => undefined,
      known: () => new Map(state.population === null ? [] : [['things/mend', state.population]]),
    },
    rulebook: () => createRulebook([state.rule]),
    handOver: () => undefined,
    onVerdict: () => undefined,
  });
  const { db } = store;
  const parts = partsOn(db);
  const others: Db[] = [];

  return {
    db,
    state,
    /** The rule with these guards, and no others that would hold anything. */
    guarded(guards: Partial<Guards>) {
      state.rule = { ...toy, guards: { ...toy.guards, concurrency: 1_000_000, ...guards } };
    },
    /** Another replica: a pool of its own on the same database. */
    another(): DecideParts {
      const other = openDb({ url: store.url, connections: 10, applicationName: 'another', onError: () => undefined });
      others.push(other);
      return partsOn(other);
    },
    parts,
    /** Opens an incident for each of these things; its row, to be decided. */
    async opens(things: readonly string[], more: Partial<Incident> = {}): Promise<number[]> {
      const opened = things.map((thing) => {
        const target = { kind: 'thing', id: thing };
        const opening: Opening = { rule: 'thing-broken', target, severity: 'high', deadline: 900_000 };
        return { ...openIncident(`inc-${thing}`, opening, null, state.now), ...more };
      });
      const episodes = opened.map(({ id: incidentId }, i) =>
        episodeOf({ id: null, fingerprint: incidentId, labels: { thing: things[i] ?? '' }, incidentId }),
      );
      const handed = await db.transaction(async (sql) => {
        await insertEpisodes(sql, episodes, true);
        const owed = [{ kind: 'decide', dueAt: state.now }] as const;
        return record(
          sql,
          opened.map((after) => ({ before: null, after, entries: [], owed })),
          state.now,
        );
      });
      return handed.map(({ id }) => id);
    },
    /** Decides everything that is due now, as one batch. */
    async decides(): Promise<void> {
      const rows = await db.query<{ id: number }>(`select id from remedyd.outbox where kind = 'decide'`);
      await decideBatch(
        parts,
        rows.map(({ id }) => id),
      );
    },
    /** What became of each incident, as `state reason`, by its thing. */
    async became(): Promise<Record<string, string>> {
      const rows = await db.query<{ id: string; state: string; reason: string }>(
        'select id, state, reason from remedyd.incidents where ended_at is null order by id',
      );
      return Object.fromEntries(rows.map((row) => [row.id.slice('inc-'.length), `${row.state} ${row.reason}`]));
    },
    /** Forgets everything that happened so far. */
    async clear(): Promise<void> {
      for (const table of ['runs', 'incidents', 'episodes', 'outbox', 'approvals', 'pauses', 'demotions'])
        await db.run(`delete from remedyd.${table}`);
      // Incidents of one id begin their timelines anew.
      await db.transaction(async (sql) => {
        await sql.run(`set local remedyd.retention = 'on'`);
        await sql.run('delete from remedyd.timeline');
      });
      Object.assign(state, { now: NOW, population: null, backoff: [] });
    },
    async [Symbol.asyncDispose]() {
      await Promise.all(others.map((other) => other.close()));
      await store[Symbol.asyncDispose]();
    },
  };
}

export type Deciding = Awaited<ReturnType<typeof openDeciding>>;
