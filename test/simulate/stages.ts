import { decideRows } from '../../src/decide/judge.ts';
import { deadlineDue, expiryDue } from '../../src/escalate/due.ts';
import { openerFor } from '../../src/ingest/opener.ts';
import { takeIn, writeOutcome } from '../../src/ingest/take-in.ts';
import type { Plan } from '../../src/rules/plan.ts';
import type { Handed } from '../../src/store/outbox.ts';
import { WAKES, type Waking } from '../../src/store/wake.ts';
import { concludeLook } from '../../src/verify/conclude.ts';
import { sourceStops } from './ask-source.ts';
import { type Parts, SETTINGS } from './parts.ts';
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
  const { life, seams, rulebook } = parts;
  const handed = await transaction(parts, `${row.kind} of ${row.incidentId}`, (ledger) =>
    row.kind === 'deadline'
      ? deadlineDue(ledger, { ...SETTINGS, timeIntervals: seams.timeIntervals, rulebook }, row, life.now())
      : expiryDue(ledger, row, life.now()),
  );
  parts.handOver(handed);
}

/** Tells those who are held that something has happened which they may wait for. */
export async function wake(parts: Parts, waking: Waking): Promise<void> {
  await parts.life.turn('tells those who are held that the world has changed');
  parts.handOver(parts.db.wakeHeld(waking, parts.life.now()));
}

/** Fans a piece of news out, to the one channel that there is. */
export async function tellPeople(parts: Parts, row: StoredRow): Promise<void> {
  const { incidentId, data } = row;
  const now = parts.life.now();
  const handed = await transaction(parts, `tell of ${incidentId}: ${data.topic}`, async (ledger): Promise<Handed[]> => {
    if ((await ledger.strike([row.id])) === 0) return [];
    return ledger.insertOutbox([{ kind: 'send', incidentId, runId: null, data, dueAt: now }], now);
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
  await transaction(parts, `strike message ${row.id}`, (ledger) => ledger.strike([row.id]));
}
