import type { Alert } from './alert.ts';
import type { Reason } from './reason.ts';

/** What a source says of one of its alerts right now. `silenced`: by a person. `inhibited`: by a worse alert. */
export type Presence = 'firing' | 'silenced' | 'inhibited' | 'gone';

export type AskedAlert = Pick<Alert, 'source' | 'fingerprint' | 'labels'>;

/** What came of asking: an answer, the error that there was instead, or null where that source cannot be asked at all. */
export interface SourceAnswer {
  readonly alert: AskedAlert;
  readonly answer: Presence | Error | null;
  /** The config wants nothing done while this source cannot be asked. */
  readonly strict: boolean;
}

/** Asks the sources of alerts whether these still fire. Never throws, and takes no longer than a second or two. */
export type AskSources = (alerts: readonly AskedAlert[]) => Promise<readonly SourceAnswer[]>;

/** Why nothing may be done about an incident, as its sources have it. */
export interface SourceStop {
  readonly reason: Extract<Reason, 'silenced' | 'inhibited' | 'alert-gone' | 'source-unreachable'>;
  readonly why: string;
}

export interface SourceView {
  readonly stop: SourceStop | null;
  /** What the evidence must say although nothing is stopped; null where all is as it should be. */
  readonly note: string | null;
}

const FREE: SourceView = { stop: null, note: null };

/**
 * What the answers about the firing alerts of one incident come to. One alert that fires is enough to act. Where nobody
 * can be asked we act on what the source told us last: the monitoring may be down with what it watches, and then whoever is
 * on call wants the repair all the more; the config can say otherwise for a source.
 */
export function viewOf(answers: readonly SourceAnswer[]): SourceView {
  if (answers.length === 0 || answers.some(({ answer }) => answer === 'firing' || answer === null)) return FREE;
  const failed = answers.find(({ answer }) => answer instanceof Error);
  if (failed !== undefined) {
    const { alert, answer, strict } = failed;
    const why = `${alert.source} could not be asked whether the alert still fires: ${(answer as Error).message}`;
    if (strict) return { stop: { reason: 'source-unreachable', why }, note: null };
    return { stop: null, note: `${why}; acting on what it told last` };
  }
  const { source } = answers[0]?.alert ?? { source: '' };
  if (answers.some(({ answer }) => answer === 'silenced'))
    return { stop: { reason: 'silenced', why: `the alert is silenced at ${source}` }, note: null };
  if (answers.some(({ answer }) => answer === 'inhibited'))
    return { stop: { reason: 'inhibited', why: `the alert is inhibited by another one at ${source}` }, note: null };
  return { stop: { reason: 'alert-gone', why: `${source} no longer has the alert` }, note: null };
}

const STOPS: readonly string[] = [
  'silenced',
  'inhibited',
  'alert-gone',
  'source-unreachable',
] satisfies readonly SourceStop['reason'][];

/** Whether it is the source that stands in the way, so that it has to be asked before anything else is. */
export function isSourceStop(reason: Reason): boolean {
  return STOPS.includes(reason);
}
