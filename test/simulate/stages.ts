import { NO_CANARIES } from '../../src/decide/canaries.ts';
import { decideRows } from '../../src/decide/judge.ts';
import { beginClimb, climbOn, toldAtOnce } from '../../src/domain/climb.ts';
import { advance, hasEnded } from '../../src/domain/incident.ts';
import { nextRow } from '../../src/escalate/climb.ts';
import { deadlineDue, expiryDue } from '../../src/escalate/due.ts';
import { openerFor } from '../../src/ingest/opener.ts';
import { takeIn, writeOutcome } from '../../src/ingest/take-in.ts';
import type { Plan } from '../../src/rules/plan.ts';
import type { Handed, NewOutboxRow } from '../../src/store/outbox.ts';
import { WAKES, type Waking } from '../../src/store/wake.ts';
import { concludeLook } from '../../src/verify/conclude.ts';
import { sourceStops } from './ask-source.ts';
import { coversNow } from './gather.ts';
import { type Parts, POLICY, SETTINGS } from './parts.ts';
import { LIMITS, THINGS } from './rules.ts';
import type { Message } from './sources.ts';
import type { StoredRow } from './tables.ts';
import { transaction } from './transaction.ts';

/** Takes one delivery in, and answers it. */
export async function ingest(parts: Parts, message: Message): Promise<void> {
  const { seams, sources, witness, life } = parts;
  const answer = () => {
    parts.tell(life.replica, `answers delivery ${message.id} with 2xx`);
    sources.answered(message);
    witness.acknowledged(message.id);
  };
  if (seams.acknowledged === 'on arrival') answer();
  const opener = openerFor(parts.rulebook(), seams.remediations, SETTINGS.escalateAfter);
  const handed = await transaction(parts, `store delivery ${message.id}`, async (ledger, writes) => {
    writes.webhooks.push(message.id);
    const telling = seams.telling(message.alert, parts.db) ? [message.alert] : [];
    const taken = await takeIn(ledger, { ...SETTINGS, clock: life.clock }, telling, opener);
    return writeOutcome(ledger, taken);
  });
  if (seams.acknowledged === 'after the commit') answer();
  parts.handOver(handed);
}

/** Decides the incidents of some rows together. */
export async function decide(parts: Parts, ids: readonly number[]): Promise<void> {
  const { db, life, seams, world, witness } = parts;
  const { remediations, timeIntervals } = seams;
  const rulebook = parts.rulebook();
  const stops = await sourceStops(parts, ids);
  const handed = await transaction(parts, `decide ${ids.join('+')}`, async (ledger) => {
    const count = world.countable ? THINGS.length : null;
    const population = seams.population(count);
    const known = population === null ? [] : [...remediations.keys()].map((name) => [name, population] as const);
    const populations = { known: () => new Map(known.map(([name, n]) => [name, { count: n, at: life.now() }])) };
    const { unmatched, maintenance } = SETTINGS;
    const judging = {
      clock: life.clock,
      remediations,
      limits: LIMITS,
      unmatched,
      maintenance,
      timeIntervals,
      populations,
      canaries: NO_CANARIES,
    };
    const { judged, handed } = await decideRows(ledger, { ...judging, rulebook: () => rulebook }, ids, stops);
    for (const { verdict, change } of judged) {
      const { run, approval } = verdict;
      const incident = db.incidents.get(change.after.id);
      const rule = rulebook.get(change.after.rule);
      if (incident === undefined || rule === undefined) continue;
      if (run !== null && !run.dry)
        witness.admitting({ ...run, id: db.named(run.id) }, incident, rule, world.countable, life.now());
      if (approval === null) continue;
      const { params, target } = verdict.entry.data as unknown as Plan;
      const plan = { remediation: approval.remediation, params, target, ruleHash: rule.hash };
      db.shown.set(db.named(approval.id), { plan, needs: rule.approval?.needs ?? 1 });
    }
    return handed;
  });
  parts.handOver(handed);
}

/** Takes one look at the world of a run that was carried out, and writes down what it has shown. */
export async function verify(parts: Parts, row: StoredRow): Promise<void> {
  const { db, world, life, seams } = parts;
  const run = db.runs.get(row.runId ?? '');
  const thing = run?.target.id ?? '';
  await life.turn(`looks at ${thing} after ${run?.id}`);
  const seen = { healthy: world.isWell(thing), evidence: {} };
  parts.tell(life.replica, `sees that ${thing} is ${seen.healthy ? 'well' : 'sick'}`);
  const { remediations } = seams;
  const { resolveWithin } = SETTINGS;
  const looking = { clock: life.clock, remediations, resolveWithin, dependsOn: [], rulebook: parts.rulebook };
  const { handed, isFree } = await transaction(parts, `verify ${run?.id}`, (ledger) =>
    concludeLook(ledger, looking, row.id, run, seen),
  );
  parts.handOver(handed);
  if (isFree) await wake(parts, WAKES.runEnded);
}

/** A deadline has passed, or a request for approval has expired. */
export async function timeIsUp(parts: Parts, row: StoredRow): Promise<void> {
  const { db, life, seams, rulebook } = parts;
  const covers = coversNow(db, seams);
  const handed = await transaction(parts, `${row.kind} of ${row.incidentId}`, (ledger) =>
    row.kind === 'deadline'
      ? deadlineDue(ledger, { ...SETTINGS, timeIntervals: seams.timeIntervals, rulebook }, row, life.now(), covers)
      : expiryDue(ledger, row, life.now()),
  );
  parts.handOver(handed);
}

/** Tells those who are held that something has happened which they may wait for. */
export async function wake(parts: Parts, waking: Waking): Promise<void> {
  await parts.life.turn('tells those who are held that the world has changed');
  parts.handOver(parts.db.wakeHeld(waking, parts.life.now()));
}

/** Fans a piece of news out, to the one channel that there is. The first page of an incident begins its climb. */
export async function tellPeople(parts: Parts, row: StoredRow): Promise<void> {
  const { incidentId, data } = row;
  const now = parts.life.now();
  const handed = await transaction(
    parts,
    `tell of ${incidentId}: ${data.topic}`,
    async (ledger, writes): Promise<Handed[]> => {
      if ((await ledger.strike([row.id])) === 0 || incidentId === null) return [];
      const send: NewOutboxRow = { kind: 'send', incidentId, runId: null, data, dueAt: now };
      if (data.topic !== 'page' || parts.db.climbs.has(incidentId)) return ledger.insertOutbox([send], now);
      const climb = beginClimb(POLICY, 0, now);
      writes.climbs.push({ incidentId, climb });
      const sends = toldAtOnce(climb).map(({ name }) => ({ ...send, data: { ...data, level: name } }));
      const next = nextRow(incidentId, climb, now);
      return ledger.insertOutbox(next === null ? sends : [...sends, next], now);
    },
  );
  parts.handOver(handed);
}

/** Tells the next level, or waits while somebody has the incident. */
export async function climbOnward(parts: Parts, row: StoredRow): Promise<void> {
  const { incidentId } = row;
  const handed = await transaction(parts, `climb of ${incidentId}`, async (ledger, writes): Promise<Handed[]> => {
    if ((await ledger.strike([row.id])) === 0 || incidentId === null) return [];
    const before = (await ledger.lockIncidents([incidentId])).get(incidentId);
    const climb = parts.db.climbs.get(incidentId);
    if (before === undefined || climb === undefined || hasEnded(before.incident)) return [];
    const { incident } = before;
    const now = parts.life.now();
    const step = climbOn(climb, incident.ackedAt, now);
    if (step.kind === 'end') return [];
    const again = (dueAt: number): NewOutboxRow => ({ kind: 'climb', incidentId, runId: null, data: {}, dueAt });
    if (step.kind === 'wait') return ledger.insertOutbox([again(step.until)], now);
    writes.climbs.push({ incidentId, climb: step.climb });
    const lapsed = step.cause === 'ack-lapsed' ? advance(incident, { type: 'ack-lapsed' }, now) : null;
    const after = lapsed?.incident ?? { ...incident, version: incident.version + 1 };
    const said = await ledger.record([{ before, after, entries: [], owed: lapsed?.owed ?? [] }], now);
    const data = { topic: 'page', level: step.level.name };
    const next = nextRow(incidentId, step.climb, now);
    const send: NewOutboxRow = { kind: 'send', incidentId, runId: null, data, dueAt: now };
    return [...said, ...(await ledger.insertOutbox(next === null ? [send] : [send, next], now))];
  });
  parts.handOver(handed);
}

/** How long a message waits before it is tried again. */
const AGAIN = 30_000;

/** Delivers one message. Dying between the delivery and its row means that it is sent twice, never that it is lost. */
export async function sendMessage(parts: Parts, row: StoredRow): Promise<void> {
  const { db, life, world } = parts;
  const { incidentId, attempts, data } = row;
  await life.turn(`sends the ${data.topic} of ${incidentId}`);
  if (!world.channelUp) {
    parts.tell(life.replica, 'cannot reach the channel');
    return db.updateRow(row.id, { dueAt: life.now() + AGAIN, queuedUntil: null, attempts: attempts + 1 });
  }
  parts.tell('a person', `receives the ${data.topic} of ${incidentId}`);
  db.told.add(`${incidentId} ${data.topic}`);
  if (data.level !== undefined) db.told.add(`${incidentId} level ${data.level}`);
  await transaction(parts, `strike message ${row.id}`, (ledger) => ledger.strike([row.id]));
}
