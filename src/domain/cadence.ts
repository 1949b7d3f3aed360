import { hasEnded, type Incident } from './incident.ts';
import type { Severity } from './severity.ts';
import type { Millis, Time } from './time.ts';

/** A length of time for each severity; null where nothing is asked. */
export type Cadence = Readonly<Record<Severity, Millis | null>>;

/** For services that ask for nothing. */
export const NEVER: Cadence = { critical: null, high: null, medium: null, low: null };

/** When the post-mortem of an incident is due: only of what has ended, and what a person was told of. Null where none is. */
export function postMortemDueAt(
  cadence: Cadence,
  { severity, pagedAt, endedAt, state }: Pick<Incident, 'severity' | 'pagedAt' | 'endedAt' | 'state'>,
): Time | null {
  const within = cadence[severity];
  return within === null || pagedAt === null || endedAt === null || !hasEnded({ state }) ? null : endedAt + within;
}

/** When an incident is to be reminded of next; null where it is not. Whoever notes something has given the update. */
export function nextReminder(
  cadence: Cadence,
  { severity, pagedAt, state }: Pick<Incident, 'severity' | 'pagedAt' | 'state'>,
  lastNotedAt: Time | null,
  last: Time,
): Time | null {
  const every = cadence[severity];
  if (every === null || pagedAt === null || hasEnded({ state })) return null;
  return Math.max(lastNotedAt ?? last, last) + every;
}
