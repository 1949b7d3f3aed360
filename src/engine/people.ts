import type { IncidentEvent } from '../domain/event.ts';
import { newId } from '../domain/id.ts';
import { advance } from '../domain/incident.ts';
import type { Millis } from '../domain/time.ts';
import type { Pause } from '../store/pauses.ts';
import { WAKES } from '../store/wake.ts';
import type { Engine } from './engine.ts';

export interface PauseOf {
  readonly rule?: string | undefined;
  /** `kind:id` */
  readonly target?: string | undefined;
  readonly for?: Millis | undefined;
  readonly by: string;
}

/** Somebody answers the question that an incident asks; nothing where it asks none. */
export async function answerAs(
  engine: Engine,
  incidentId: string,
  decision: 'approved' | 'denied',
  by: string,
): Promise<void> {
  const incident = engine.ledger.findIncident(incidentId)?.incident;
  if (incident?.state !== 'approving' || incident.approvalId === null) return;
  if (!(await engine.ledger.decideApproval(incident.approvalId, decision, engine.now()))) return;
  await change(engine, incidentId, { type: decision }, `${by} ${decision} it`);
}

/** Somebody takes an incident over. */
export async function takeOverAs(engine: Engine, incidentId: string, by: string): Promise<void> {
  await change(engine, incidentId, { type: 'acknowledged', by }, `${by} took it over`);
}

/** Somebody stops remediation: everywhere, of a rule, or on a target. */
export async function pauseAs(engine: Engine, pause: PauseOf): Promise<void> {
  const now = engine.now();
  const until = pause.for === undefined ? null : now + pause.for;
  await engine.ledger.setPause({
    id: newId('pau', now),
    ...placeOf(pause),
    owner: pause.by,
    why: '',
    setAt: now,
    until,
  });
}

export async function liftAs(engine: Engine, pause: PauseOf): Promise<void> {
  const { scope, key } = placeOf(pause);
  await engine.ledger.liftPauses(scope, key, pause.by, engine.now());
  await engine.work(await engine.ledger.wakeHeld(WAKES.pauseLifted, engine.now()));
}

function placeOf({ rule, target }: PauseOf): Pick<Pause, 'scope' | 'key'> {
  if (rule !== undefined) return { scope: 'rule', key: rule };
  return target === undefined ? { scope: 'global', key: '' } : { scope: 'target', key: target };
}

async function change(
  engine: Engine,
  id: string,
  event: Extract<IncidentEvent, { type: 'approved' | 'denied' | 'acknowledged' }>,
  summary: string,
): Promise<void> {
  const before = engine.ledger.findIncident(id);
  const step = before === undefined ? null : advance(before.incident, event, engine.now());
  if (before === undefined || step === null) return;
  const entries = [{ type: event.type, reason: event.type, summary, data: {} }];
  await engine.work(
    await engine.ledger.record([{ before, after: step.incident, entries, owed: step.owed }], engine.now()),
  );
}
