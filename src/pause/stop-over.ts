import type { Alert } from '../domain/alert.ts';
import { EMERGENCY_STOP, ownResolved } from '../domain/own-alert.ts';
import type { Clock } from '../domain/time.ts';
import type { Db } from '../store/db.ts';
import { firingOf } from '../store/episodes.ts';
import { standingPauses } from '../store/pauses.ts';

export interface StopOverParts {
  readonly db: Db;
  readonly clock: Clock;
  tellOwn(alerts: readonly Alert[]): Promise<void>;
}

/**
 * Ends the incident of an emergency stop once nothing pauses everything any more, whoever resumed it and from where: Slack, a
 * terminal beside the service, a file that is gone. The pause is set before the alert fires, so an alert without a pause is
 * over.
 */
export async function endStopThatIsOver({ db, clock, tellOwn }: StopOverParts): Promise<void> {
  const standing = (await firingOf(db, 'remedyd')).some(({ name }) => name === EMERGENCY_STOP.name);
  if (!standing) return;
  const now = clock.now();
  if ((await standingPauses(db, now)).some(({ scope }) => scope === 'global')) return;
  await tellOwn([ownResolved(EMERGENCY_STOP, now)]);
}
