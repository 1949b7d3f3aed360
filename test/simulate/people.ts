import type { IncidentEvent } from '../../src/domain/event.ts';
import { advance } from '../../src/domain/incident.ts';
import type { NewOutboxRow } from '../../src/store/outbox.ts';
import type { Pause } from '../../src/store/pauses.ts';
import { rowsOwed } from '../../src/store/record.ts';
import type { Simulation } from './simulation.ts';
import { noWrites } from './tables.ts';

const PEOPLE = ['ana', 'bob'] as const;

/** The n-th of a list, however large n is; undefined where the list is empty. */
export function nth<T>(list: readonly T[], n: number): T | undefined {
  return list.length === 0 ? undefined : list[n % list.length];
}

/** Who answers, by number: one of them, or both, one after the other. */
const ANSWERING = [['ana'], ['bob'], PEOPLE, PEOPLE] as const;

/** People answer a request for approval. One no decides; as many different people as the rule wants have to say yes. */
export function answer(simulation: Simulation, n: number, who: number, yes: boolean): void {
  const { approvals } = simulation.db;
  const open = [...approvals.values()].filter(({ decision }) => decision === null);
  const approval = nth(open, n);
  if (approval === undefined) return;
  for (const person of nth(ANSWERING, who) ?? PEOPLE) say(simulation, approval.id, person, yes);
}

function say(simulation: Simulation, id: string, person: string, yes: boolean): void {
  const { db, seams, schedule } = simulation;
  const approval = db.approvals.get(id);
  if (approval === undefined || approval.decision !== null) return;
  simulation.tell(person, `says ${yes ? 'yes' : 'no'} to ${id}`);
  const answers = [...approval.answers, { person, yes }];
  const isEnough = seams.agreeing(answers) >= (db.shown.get(id)?.needs ?? 1);
  const decision = yes ? (isEnough ? 'approved' : null) : 'denied';
  const decidedAt = decision === null ? null : schedule.now;
  db.approvals.set(id, { ...approval, answers, decision, decidedAt });
  const incident = db.incidents.get(approval.incidentId);
  if (decision !== null && incident?.approvalId === id) change(simulation, approval.incidentId, { type: decision });
}

export function acknowledge(simulation: Simulation, n: number): void {
  const incident = nth(simulation.db.open(), n);
  if (incident === undefined) return;
  simulation.tell('ana', `takes ${incident.id} over`);
  change(simulation, incident.id, { type: 'acknowledged', by: 'ana' });
}

/** The time for which a person had taken it over is up. */
export function lapse(simulation: Simulation, n: number): void {
  const taken = simulation.db.open().filter(({ ackedAt }) => ackedAt !== null);
  const incident = nth(taken, n);
  if (incident === undefined) return;
  simulation.tell('*', `nobody has ${incident.id} any more`);
  change(simulation, incident.id, { type: 'ack-lapsed' });
}

export function close(simulation: Simulation, n: number): void {
  const incident = nth(simulation.db.open(), n);
  if (incident === undefined) return;
  simulation.tell('bob', `closes ${incident.id}`);
  change(simulation, incident.id, { type: 'closed', by: 'bob' });
}

export function pause(simulation: Simulation, scope: Pause['scope'], key: string, until: number | null): void {
  const { db, schedule } = simulation;
  const id = `pau-${db.next()}`;
  simulation.tell('ana', `pauses ${scope} ${key}`);
  const set = { id, scope, key, owner: 'ana', why: 'work is done here', setAt: schedule.now, until };
  db.pauses.set(id, { ...set, liftedAt: null });
}

export function resume({ db, schedule }: Simulation, n: number): void {
  const standing = nth(db.standingPauses(schedule.now), n);
  const stored = standing === undefined ? undefined : db.pauses.get(standing.id);
  if (stored !== undefined) db.pauses.set(stored.id, { ...stored, liftedAt: schedule.now });
}

/** What people do is one transaction that nobody gets in between of; the relay finds what it owes. */
function change({ db, seams, schedule }: Simulation, incidentId: string, event: IncidentEvent): void {
  const now = schedule.now;
  const before = db.stored(incidentId);
  const step = before === undefined ? null : advance(before.incident, event, now);
  if (before === undefined || step === null) return;
  const hasRow = [...db.outbox.values()].some((row) => row.kind === 'climb' && row.incidentId === incidentId);
  const goesOn = event.type === 'acknowledged' && db.climbs.has(incidentId) && !hasRow;
  const climb: NewOutboxRow = { kind: 'climb', incidentId, runId: null, data: {}, dueAt: now };
  const outbox = seams.owed([...rowsOwed(incidentId, step.owed), ...(goesOn ? [climb] : [])]).map((row) => {
    return { ...row, id: db.next(), attempts: 0, createdAt: now, lastError: null, queuedUntil: null, handed: 0 };
  });
  db.commit({ ...noWrites(), changes: [{ before, after: step.incident }], outbox });
}
