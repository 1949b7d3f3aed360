import type { Look } from './look.ts';

/** What is held of one probe between two looks. */
export interface ProbeState {
  /** An alert that the target is not healthy stands. */
  readonly failing: boolean;
  /** An alert that the probe itself cannot look stands. */
  readonly erring: boolean;
  /** Results in a row, of each sort. */
  readonly fails: number;
  readonly passes: number;
  readonly errors: number;
  readonly answers: number;
}

export type Transition = 'raise-failing' | 'resolve-failing' | 'raise-error' | 'resolve-error';

export interface Patience {
  readonly fail_after: number;
  readonly pass_after: number;
}

/** A probe that has not looked yet, of which alerts may stand from before a restart. */
export function begin(known: Pick<ProbeState, 'failing' | 'erring'> = { failing: false, erring: false }): ProbeState {
  return { ...known, fails: 0, passes: 0, errors: 0, answers: 0 };
}

/**
 * Takes one look into account. Pure.
 *
 * An error proves nothing about health: it neither counts as a failure nor lets failures be forgotten, but it does break
 * a row of passes, because health must be seen without a gap to be believed.
 */
export function step(
  state: ProbeState,
  look: Look,
  { fail_after, pass_after }: Patience,
): { readonly state: ProbeState; readonly transitions: readonly Transition[] } {
  const { result } = look;
  const fails = result === 'fail' ? state.fails + 1 : result === 'pass' ? 0 : state.fails;
  const passes = result === 'pass' ? state.passes + 1 : 0;
  const errors = result === 'error' ? state.errors + 1 : 0;
  const answers = result === 'error' ? 0 : state.answers + 1;
  const failing = state.failing ? passes < pass_after : fails >= fail_after;
  const erring = state.erring ? answers < pass_after : errors >= fail_after;
  const transitions: readonly (Transition | null)[] = [
    failing === state.failing ? null : failing ? 'raise-failing' : 'resolve-failing',
    erring === state.erring ? null : erring ? 'raise-error' : 'resolve-error',
  ];
  return {
    state: { failing, erring, fails, passes, errors, answers },
    transitions: transitions.filter((transition) => transition !== null),
  };
}
