import { noOf, tellNo } from '../../domain/guard-words.ts';
import type { IncidentView } from '../view.ts';
import { cleanLine } from './clean.ts';
import { clockTime, clockTimes } from './when.ts';

export interface HeldBack {
  /** Which no it was, with its numbers: a sentence without its end. */
  readonly says: string;
  /** The least that would have let remedyd act. */
  readonly change: string;
  /** When that was decided, such as `14:03 UTC`. */
  readonly at: string;
}

const ROOM = 400;

/** What kept remedyd from acting until the deadline had passed; null where that is not why a person is called. */
export function heldBack({ incident, timeline }: Pick<IncidentView, 'incident' | 'timeline'>): HeldBack | null {
  if (incident.reason !== 'deadline') return null;
  const passed = timeline.findLast(({ type }) => type === 'deadline-passed');
  const { heldFor } = passed?.data ?? {};
  if (passed === undefined || typeof heldFor !== 'string') return null;
  const held = timeline.findLast(({ type, reason }) => type === 'held' && reason === heldFor);
  const no = noOf(held?.data ?? {}, heldFor);
  if (no === null) return null;
  const { says, change } = tellNo(no, held?.at ?? passed.at);
  return {
    says: withinSentence(clockTimes(cleanLine(says, ROOM), passed.at)),
    change: clockTimes(cleanLine(change, ROOM), passed.at),
    at: clockTime(held?.at ?? passed.at, passed.at),
  };
}

/** Where a guardrail has no words of its own, its reason is a sentence by itself. */
function withinSentence(says: string): string {
  const small = /^\p{Lu}\p{Ll}/u.test(says) ? says.charAt(0).toLowerCase() + says.slice(1) : says;
  return small.replace(/[.!?]$/, '');
}
