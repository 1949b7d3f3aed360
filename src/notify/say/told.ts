import type { Reason } from '../../domain/reason.ts';
import type { IncidentView } from '../view.ts';
import { cleanLine, ended } from './clean.ts';

/** Reasons that say how a run ended: the run itself knows more than the word. */
const BY_RUN: readonly Reason[] = [
  'handed-over',
  'failed',
  'undo-failed',
  'unknown',
  'worse',
  'wait-requested',
  'plan-stale',
];

const ROOM = 700;

export interface Told {
  /** All of it. */
  readonly whole: string;
  /** The first sentence: what is the matter. */
  readonly matter: string;
  /** The sentences after it; for what was handed over, what the person is to do. Empty where there are none. */
  readonly rest: string;
}

/** What the last run said of its end, where that is why the incident stands as it does; null where it is not. */
export function toldByRun({ incident, runs }: Pick<IncidentView, 'incident' | 'runs'>): Told | null {
  const why = runs.at(-1)?.why ?? null;
  if (why === null || !BY_RUN.includes(incident.reason)) return null;
  const line = cleanLine(why, ROOM);
  const whole = line.charAt(0).toUpperCase() + line.slice(1);
  const [, matter = whole, rest = ''] = /^(.*?[.!?]) (\p{Lu}.*)$/u.exec(whole) ?? [];
  return { whole: ended(whole), matter: matter.replace(/[.!?]$/, ''), rest: rest === '' ? '' : ended(rest) };
}
