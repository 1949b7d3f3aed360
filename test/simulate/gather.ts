import { stormNow } from '../../src/decide/guards/storm.ts';
import { targetKey } from '../../src/domain/alert.ts';
import type { Cover } from '../../src/domain/gathering.ts';
import type { Incident } from '../../src/domain/incident.ts';
import { type OwnAlert, ownFiring, ownResolved } from '../../src/domain/own-alert.ts';
import type { Time } from '../../src/domain/time.ts';
import { putOffChange, timeToHeal } from '../../src/escalate/put-off.ts';
import { openerFor } from '../../src/ingest/opener.ts';
import { takeIn, writeOutcome } from '../../src/ingest/take-in.ts';
import type { Rulebook } from '../../src/rules/rulebook.ts';
import type { Database } from './database.ts';
import { type Parts, SETTINGS } from './parts.ts';
import type { Seams } from './seams.ts';
import { transaction } from './transaction.ts';

const STORM = 'RuleStorm';
const WAITING: readonly Incident['state'][] = ['received', 'held', 'observing'];

/** The storm of a rule as the daemon tells it. */
function stormOf(rule: string): OwnAlert {
  const labels = { rule, target_kind: 'storm', target_id: rule };
  return { key: rule, name: STORM, severity: 'high', labels, summary: 'a storm' };
}

/** The incidents of storms, by whether their page stands for those of others at this moment. */
export function coversNow(db: Database, seams: Seams): readonly Cover[] {
  const all = [...db.episodes.values()].flatMap(({ name, labels, incidentId, status, current }) => {
    const incident = db.incidents.get(incidentId ?? '');
    if (name !== STORM || incident === undefined) return [];
    const { id, endedAt, ackedAt } = incident;
    const isOwed = [...db.outbox.values()].some(
      ({ incidentId: about, kind, data }) => about === id && kind !== 'climb' && data.topic === 'page',
    );
    const stands = current && status === 'firing' && endedAt === null;
    const cover: Cover = { id, gathering: STORM, rule: labels.rule ?? null };
    return [{ cover, stands: stands && (isOwed || ackedAt !== null || db.told.has(`${id} page`)) }];
  });
  return seams.covers(
    all.flatMap(({ cover, stands }) => (stands ? [cover] : [])),
    all.map(({ cover }) => cover),
  );
}

/** The storms that go on now, and when each is over if nothing more comes. */
function storms(db: Database, rulebook: Rulebook, now: Time): ReadonlyMap<string, Time> {
  const found = rulebook.rules.flatMap(({ name, guards }) => {
    const list = [...db.incidents.values()]
      .filter(({ rule }) => rule === name)
      .map(({ target, openedAt }) => ({ target: targetKey(target), at: openedAt }))
      .toSorted((a, b) => b.at - a.at);
    const storm = guards.storm === null ? null : stormNow({ list, cut: false }, guards.storm, now);
    return storm === null ? [] : [[name, storm.endsAt] as const];
  });
  return new Map(found);
}

/** Rules whose storm is told at the moment. */
function toldStorms(db: Database): readonly string[] {
  return [...db.episodes.values()].flatMap(({ name, labels, current, status }) =>
    name === STORM && current && status === 'firing' ? (labels.rule ?? []) : [],
  );
}

/** When a storm that is told will be over; nothing where none is told. */
export function stormEnds(db: Database, rulebook: Rulebook, now: Time): readonly Time[] {
  const told = toldStorms(db);
  if (told.length === 0) return [];
  return [...storms(db, rulebook, now)].flatMap(([rule, endsAt]) => (told.includes(rule) ? endsAt : []));
}

/** What a turn of the gatherer would do now; null where it would do nothing. */
export function toGather(db: Database, seams: Seams, rulebook: Rulebook, now: Time) {
  const told = toldStorms(db);
  const unheard = (rule: string) =>
    db.open().filter((one) => one.rule === rule && one.firing && WAITING.includes(one.state) && one.pagedAt === null)
      .length;
  const goesOn = storms(db, rulebook, now);
  const left = rulebook.rules.flatMap(({ name, guards }) =>
    guards.storm !== null && told.includes(name) && unheard(name) > guards.storm.firing ? name : [],
  );
  const broken = [...goesOn.keys(), ...left];
  const begins = [...goesOn.keys()].filter((rule) => !told.includes(rule));
  const ends = told.filter((rule) => !broken.includes(rule));
  const covers = new Set(coversNow(db, seams).map(({ id }) => id));
  const bare = db
    .open()
    .flatMap(({ id, coveredBy, deadlineAt, ackedAt }) =>
      coveredBy !== null && !covers.has(coveredBy) && deadlineAt !== null && ackedAt === null ? id : [],
    );
  return begins.length + ends.length + bare.length === 0 ? null : { begins, ends, bare };
}

/** One turn: tells of storms that begin or end, and gives those a deadline of their own whose cover is gone. */
export async function gather(parts: Parts): Promise<void> {
  const { db, life, seams } = parts;
  const work = toGather(db, seams, parts.rulebook(), life.now());
  if (work === null) return;
  const now = life.now();
  const alerts = [
    ...work.begins.map((rule) => ownFiring(stormOf(rule), now)),
    ...work.ends.map((rule) => ownResolved(stormOf(rule), now)),
  ];
  const opener = openerFor(parts.rulebook(), seams.remediations, SETTINGS.escalateAfter);
  if (alerts.length > 0)
    parts.handOver(
      await transaction(parts, 'tell of storms', async (ledger) =>
        writeOutcome(ledger, await takeIn(ledger, { ...SETTINGS, clock: life.clock }, alerts, opener)),
      ),
    );
  for (const id of work.bare) parts.handOver(await ownDeadline(parts, id));
}

function ownDeadline(parts: Parts, id: string) {
  const { db, life, seams, rulebook } = parts;
  return transaction(parts, `uncover ${id}`, async (ledger) => {
    const before = (await ledger.lockIncidents([id])).get(id);
    const covers = coversNow(db, seams);
    if (before === undefined || covers.some((cover) => cover.id === before.incident.coveredBy)) return [];
    const now = life.now();
    const healing = { ...SETTINGS, timeIntervals: seams.timeIntervals, rulebook };
    const until = now + timeToHeal(healing, before.incident.rule);
    const later = { until, by: null, reason: null, summary: 'its cover is gone', data: {} };
    const change = putOffChange(before, later, now);
    if (change === null || before.incident.coveredBy === null) return [];
    const rows = [...db.outbox.values()].filter(({ kind, incidentId }) => kind === 'deadline' && incidentId === id);
    await ledger.strike(rows.map((row) => row.id));
    return ledger.record([change], now);
  });
}
