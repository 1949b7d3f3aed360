import type { IncidentEvent } from '../domain/event.ts';

/** What a decision comes to, as rule tests and replays call it, by the event that it answers with. */
export const VERDICT_WORDS = {
  admitted: 'run',
  held: 'hold',
  asked: 'ask',
  observed: 'observe',
  ignored: 'ignore',
  escalated: 'escalate',
} as const satisfies Partial<Record<IncidentEvent['type'], string>>;

export type VerdictWord = (typeof VERDICT_WORDS)[keyof typeof VERDICT_WORDS];

/** Undefined for an event that is no decision. */
export function verdictWord(type: string): VerdictWord | undefined {
  return (VERDICT_WORDS as Readonly<Record<string, VerdictWord>>)[type];
}
