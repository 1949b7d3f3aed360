import type { Reason } from '../../../src/domain/reason.ts';
import type { Clock } from '../../../src/domain/time.ts';
import { FencedOff, type Journal, type JournalRow, type Phase } from '../../../src/execute/journal.ts';
import type { StepsEnd } from '../../../src/execute/run.ts';
import { runSteps } from '../../../src/execute/steps.ts';
import {
  defineRemediation,
  type Remediation,
  type Step,
  stepsFor,
  type Tools,
  z,
} from '../../../src/remediation/index.ts';
import { rehearsalClock } from '../../support/clock.ts';

export const params = z.strictObject({ thing: z.string() });
export const step = stepsFor(params);
type Params = z.output<typeof params>;

// biome-ignore lint/suspicious/noExplicitAny: steps with different results have no other common type
export function remediationOf(...steps: readonly Step<Params, any>[]): Remediation {
  return defineRemediation({
    summary: 'For a test.',
    risk: 'low',
    params,
    needs: [],
    target: ({ thing }) => ({ kind: 'thing', id: thing }),
    steps,
    verify: { within: '1m', every: '1s', holdFor: '1m', probe: async () => ({ healthy: true, evidence: {} }) },
  }) as unknown as Remediation;
}

export interface LifeOptions {
  /** What earlier lives have left in the journal. */
  readonly journal?: readonly (readonly [step: string, phase: Phase, data?: JournalRow['data']])[];
  readonly mayChange?: (touched: boolean) => { readonly reason: Reason; readonly why: string } | undefined;
  /** Writes are refused from this one on, as for a process that lost its run. */
  readonly fencedFrom?: number;
  readonly signal?: AbortSignal;
  /** Called while a line is being written. */
  readonly onWrite?: () => void;
  readonly stopping?: () => boolean;
  readonly dry?: boolean;
  readonly approved?: boolean;
  readonly clock?: Clock;
}

export interface Life {
  readonly end: StepsEnd;
  /** `step:phase` of every line, those of earlier lives too. */
  readonly lines: readonly string[];
  readonly rows: readonly JournalRow[];
  /** What was asked immediately before each changing step. */
  readonly asked: readonly boolean[];
}

/** One life of a run: from what the journal holds to the end of its steps. */
export async function live(remediation: Remediation, options: LifeOptions = {}): Promise<Life> {
  const { clock = rehearsalClock(), mayChange, fencedFrom = Number.POSITIVE_INFINITY } = options;
  const rows: JournalRow[] = (options.journal ?? []).map(([name, phase, data = {}]) => {
    return { step: name, phase, at: clock.now(), data };
  });
  const asked: boolean[] = [];
  let writes = 0;
  const journal: Journal = {
    read: async () => [...rows],
    async write(row) {
      writes += 1;
      options.onWrite?.();
      if (writes >= fencedFrom) throw new FencedOff('another replica has it');
      rows.push(structuredClone(row));
    },
    async mayChange(touched) {
      asked.push(touched);
      const no = mayChange?.(touched);
      return no === undefined ? { may: true } : { may: false, ...no };
    },
  };
  const { stopping } = options;
  const end = await runSteps({
    runId: 'run-1',
    remediation,
    params: { thing: 'cup' },
    target: { kind: 'thing', id: 'cup' },
    openTools: () => ({}) as Tools,
    settings: {},
    clock,
    journal,
    signal: options.signal ?? new AbortController().signal,
    dry: options.dry ?? false,
    approved: options.approved ?? false,
    ...(stopping === undefined ? {} : { stopping }),
  });
  return { end, lines: rows.map((row) => `${row.step}:${row.phase}`), rows, asked };
}
