import type { IncidentState } from '../domain/incident.ts';
import type { Millis, Time } from '../domain/time.ts';

/** What is known when it is looked whether the all-clear may be given. */
export interface Facts {
  /** How long the trouble must have been gone. */
  readonly after: Millis;
  /** Whether an incident of the same rule on the same target is open. */
  readonly open: boolean;
  /** When the last of them ended. */
  readonly endedAt: Time | null;
  /** An earlier all-clear of the same rule on the same target is still being acted upon. */
  readonly otherStands: boolean;
  /** What was given already; null where nothing was. */
  readonly given: {
    /** The incident that the all-clear opened; null where none did. */
    readonly state: IncidentState | null;
    /** Its remediation was carried out, or found nothing to do. */
    readonly acted: boolean;
  } | null;
}

export type Next =
  | { readonly kind: 'wait'; readonly until: Time }
  | { readonly kind: 'give' }
  /** `again`: the trouble came back, so the all-clear is due anew once that is over. */
  | { readonly kind: 'end'; readonly again: boolean; readonly why: string | null };

/** How soon it is looked again whether an open incident has ended. */
const WHILE_OPEN: Millis = 60_000;
/** How soon it is looked again what came of the all-clear. */
const WHILE_GIVEN: Millis = 2_000;
const WHILE_PEOPLE: Millis = 60_000;

/** What is to be done about an all-clear: wait, give it, or end it because it was acted upon or is true no more. */
export function judge({ after, open, endedAt, otherStands, given }: Facts, now: Time): Next {
  if (given !== null) {
    if (open) return { kind: 'end', again: true, why: 'The trouble is back, so this is not the time for it.' };
    const { state, acted } = given;
    // Nobody takes it, or it is only watched: it has been said, and nothing would ever end it.
    if (state === null || state === 'observing' || state === 'ignored') return { kind: 'end', again: false, why: null };
    if (acted || state === 'healed' || state === 'closed') return { kind: 'end', again: false, why: null };
    // A person has it now. Ending it here would close what that person is to look at.
    return { kind: 'wait', until: now + (state === 'escalated' ? WHILE_PEOPLE : WHILE_GIVEN) };
  }
  if (open) return { kind: 'wait', until: now + Math.min(after, WHILE_OPEN) };
  const due = (endedAt ?? now) + after;
  if (due > now) return { kind: 'wait', until: due };
  // One after another: each takes back one thing, and two at once would be taken for one.
  return otherStands ? { kind: 'wait', until: now + WHILE_GIVEN } : { kind: 'give' };
}
