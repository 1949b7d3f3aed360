import type { Database } from '../database.ts';
import { Broken, type Witness } from '../witness.ts';
import type { World } from '../world.ts';
import { type Admission, checkAdmission, seenNow } from './admission.ts';
import { checkState } from './state.ts';
import { watchSteps } from './steps.ts';

/** All promises: those about a moment are judged when it happens, those about the state after every event. */
export function watchPromises(db: Database, world: World): Witness & { afterEvent(): void } {
  const steps = watchSteps(db, world);
  const admitting = new Map<string, Admission>();
  const judged = new Set<string>();
  let broken: Broken | null = null;
  let checked = -1;
  const guard = (check: () => void) => {
    try {
      check();
    } catch (error) {
      if (!(error instanceof Broken)) throw error;
      broken ??= error;
    }
  };

  return {
    acknowledged: (message) =>
      guard(() => {
        if (!db.webhooks.has(message))
          throw new Broken('P1', `delivery ${message} was answered 2xx, and it is not stored`);
      }),
    admitting(run, incident, rule, populationKnown, now) {
      admitting.set(run.id, { run, incident, rule, now, seen: seenNow(db, populationKnown, now) });
    },
    changed: (before, after) =>
      guard(() => {
        if (before !== null && after.version !== before.version + 1)
          throw new Broken('P2', `a change of ${after.id} was overwritten by somebody who had not seen it`);
        // Its history may grow; nothing else.
        if (before?.endedAt != null && (before.state !== after.state || before.firing !== after.firing))
          throw new Broken('P2', `${after.id} had ended and was changed afterwards`);
      }),
    lookBegins: (runId, fence, now) => guard(() => steps.lookBegins(runId, fence, now)),
    lookEnds: (runId, fence, now) => guard(() => steps.lookEnds(runId, fence, now)),
    written: (runId, fence, step, phase) => guard(() => steps.written(runId, fence, step, phase)),
    runEnds: (runId, fence, outcome) => guard(() => steps.runEnds(runId, fence, outcome)),
    sent: (call) => guard(() => steps.sent(call)),

    afterEvent() {
      if (db.revision !== checked) guard(() => checkState(db));
      checked = db.revision;
      for (const [id, admission] of admitting) {
        if (!db.runs.has(id) || judged.has(id)) continue;
        judged.add(id);
        guard(() => checkAdmission(db, admission));
      }
      if (broken !== null) throw broken;
    },
  };
}
