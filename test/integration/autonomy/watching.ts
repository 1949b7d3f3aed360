import type { AutonomyParts } from '../../../src/autonomy/watch.ts';
import { configSchema } from '../../../src/config/schema.ts';
import type { Rule } from '../../../src/rules/rule.ts';
import { createRulebook } from '../../../src/rules/rulebook.ts';
import { type Db, openDb } from '../../../src/store/db.ts';
import { insertRuns } from '../../../src/store/runs.ts';
import { MINUTE, remediations, ruleOf } from '../../unit/decide/bench.ts';
import { NOW, openOne, openStore } from '../store/store.ts';

export { MINUTE, NOW };

export const DAY = 24 * 60 * MINUTE;

/** The watch over the rules alone, on a database of its own, with one rule `thing-broken`. */
export async function openWatching() {
  const store = await openStore(10);
  const { db } = store;
  const state = { now: NOW, rule: ruleOf() as Rule };
  const others: Db[] = [];
  let made = 0;
  const on = (one: Db): AutonomyParts => ({
    db: one,
    clock: { now: () => state.now, sleep: async () => undefined },
    remediations: remediations(),
    autonomy: configSchema.parse({}).autonomy,
    escalateAfter: 15 * MINUTE,
    rulebook: () => createRulebook([state.rule]),
    handOver: () => undefined,
  });
  return {
    db,
    state,
    parts: on(db),
    another(): AutonomyParts {
      const other = openDb({ url: store.url, connections: 3, applicationName: 'another', onError: () => undefined });
      others.push(other);
      return on(other);
    },
    /** Several replicas do this at once: all of them have read before the first may write to the table. */
    async atOnce(table: string, work: (parts: AutonomyParts) => Promise<void>): Promise<void> {
      const gate = await db.connect('gate');
      await gate.query(`begin; lock table remedyd.${table} in share row exclusive mode`);
      const replicas = [on(db), this.another(), this.another(), this.another()];
      const done = Promise.all(replicas.map(work));
      for (let waiting = 0; waiting < replicas.length; ) {
        const [row] = await db.query<{ count: number }>(
          'select count(*) as count from pg_locks where not granted and relation = $1::regclass',
          [`remedyd.${table}`],
        );
        waiting = row?.count ?? 0;
      }
      await gate.query('commit');
      await gate.end();
      await done;
    },
    /** A run of the rule that has ended. @returns the id of its incident. */
    async ran(
      outcome: string,
      endedAt = state.now,
      more: { dry?: boolean; recurredAt?: number } = {},
    ): Promise<string> {
      made += 1;
      const id = `run-${made}`;
      const incidentId = `inc-of-${made}`;
      const target = { kind: 'thing', id: `of-${made}` };
      const remediation = 'things/mend';
      const run = { id, incidentId, rule: 'thing-broken', remediation, target, params: {}, attempt: 0 };
      await insertRuns(db, [{ ...run, dry: more.dry ?? false, planHash: 'plan', admittedAt: endedAt }]);
      await db.run('update remedyd.runs set ended_at = $2, outcome = $3, recurred_at = $4 where id = $1', [
        id,
        new Date(endedAt),
        outcome,
        more.recurredAt === undefined ? null : new Date(more.recurredAt),
      ]);
      return incidentId;
    },
    /** An incident on this thing that was healed. */
    async healed(thing: string, endedAt = state.now): Promise<void> {
      const incidentId = await this.ran('held', endedAt);
      const openedAt = endedAt - 3 * MINUTE;
      await openOne(db, thing, { id: incidentId, state: 'healed', reason: 'held', firing: false, openedAt, endedAt });
    },
    /** An incident that was only observed, by default one that cleared by itself after ten minutes. */
    async observed(more: Parameters<typeof openOne>[2] = {}): Promise<void> {
      const openedAt = more.openedAt ?? state.now - DAY;
      const id = await this.ran('dry', openedAt, { dry: true });
      const ended = { state: 'closed', reason: 'cleared-by-itself', endedAt: openedAt + 10 * MINUTE } as const;
      await openOne(db, id, { ...ended, ...more, id, openedAt });
    },
    /** The titles of the notices owed to the team, oldest first. */
    async owed(): Promise<string[]> {
      const rows = await db.query<{ title: string }>(
        `select data->>'title' as title from remedyd.outbox where kind = 'notice' order by id`,
      );
      return rows.map(({ title }) => title);
    },
    async clear(): Promise<void> {
      for (const table of ['runs', 'incidents', 'outbox', 'demotions', 'team_notes'])
        await db.run(`delete from remedyd.${table}`);
      Object.assign(state, { now: NOW, rule: ruleOf() });
    },
    async [Symbol.asyncDispose]() {
      await Promise.all(others.map((other) => other.close()));
      await store[Symbol.asyncDispose]();
    },
  };
}

export type Watching = Awaited<ReturnType<typeof openWatching>>;
