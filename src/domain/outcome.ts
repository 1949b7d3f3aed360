/**
 * What came of a run. `noop`: nothing to do. `applied`: carried out, not yet judged. `cleared`: the alert is gone. `held`:
 * still gone after the hold time, the only one that counts as success. `recurred`: came back within the hold time.
 * `ineffective`: carried out, no better. `worse`: new alerts since. `failed`: a step failed and was undone. `unknown`:
 * nobody can tell. `stopped`: ended at a step boundary before it changed anything, on purpose. `dry`: a rehearsal that
 * only looked.
 */
export const OUTCOMES = [
  'noop',
  'applied',
  'cleared',
  'held',
  'recurred',
  'ineffective',
  'worse',
  'failed',
  'unknown',
  'stopped',
  'dry',
] as const;

export type Outcome = (typeof OUTCOMES)[number];
