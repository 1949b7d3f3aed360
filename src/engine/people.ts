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

/** Somebody takes an incident over. */
export async function takeOverAs(engine: Engine, incidentId: string, by: string): Promise<void> {
  const before = engine.ledger.findIncident(incidentId);
  const step = before === undefined ? null : advance(before.incident, { type: 'acknowledged', by }, engine.now());
  if (before === undefined || step === null) return;
  const entries = [{ type: 'acknowledged', reason: 'acknowledged' as const, summary: `${by} took it over`, data: {} }];
  const change = { before, after: step.incident, entries, owed: step.owed };
  await engine.work(await engine.ledger.record([change], engine.now()));
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
