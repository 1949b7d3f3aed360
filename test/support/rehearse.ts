import type { JsonObject } from '../../src/domain/json.ts';
import type { Reason } from '../../src/domain/reason.ts';
import type { Clock } from '../../src/domain/time.ts';
import { FencedOff, type Journal, type JournalRow } from '../../src/execute/journal.ts';
import type { StepsEnd } from '../../src/execute/run.ts';
import { runSteps } from '../../src/execute/steps.ts';
import { stepContext } from '../../src/remediation/context.ts';
import type { Remediation } from '../../src/remediation/define.ts';
import type { Settings, ToolScope, Tools } from '../../src/remediation/tools.ts';
import { rehearsalClock } from './clock.ts';
import { countedTools } from './counted-tools.ts';

/** Where the process dies. */
export type CrashPoint =
  /** At this write to the journal, before or after it is durable. */
  | { readonly write: number; readonly durable: boolean }
  /** Right after this call of a tool has done its work and before anybody learned of it. */
  | { readonly call: number };

export interface RehearseOptions {
  readonly params: object;
  /** As much of a world as the remediation touches, or the tools of a real toolbox. */
  readonly tools: Partial<Tools> | ((scope: ToolScope) => Tools);
  readonly settings?: Settings;
  /** By default one on which nobody waits. */
  readonly clock?: Clock;
  readonly approved?: boolean;
  readonly dry?: boolean;
  readonly crash?: CrashPoint;
  /** A number is the same as dying at that write, before it is durable. */
  readonly crashAt?: number;
  /** Says no immediately before a changing step. */
  readonly mayChange?: () => { readonly may: false; readonly reason: Reason; readonly why: string } | undefined;
}

export interface Rehearsal {
  readonly outcome: StepsEnd;
  readonly journal: { readonly writes: number; readonly entries: readonly JournalRow[] };
  /** Calls of tools, over all lives. */
  readonly calls: number;
  /** Whether the crash came to pass. */
  readonly crashed: boolean;
}

/**
 * Carries out a remediation by the engine's own step loop, with a journal in memory. With a crash point the process dies
 * there and another one takes over from what the journal then holds, as after a real crash.
 */
export async function rehearse(remediation: Remediation, options: RehearseOptions): Promise<Rehearsal> {
  const { clock = rehearsalClock(), settings = {}, approved = false, dry = false } = options;
  const crash = options.crash ?? (options.crashAt === undefined ? null : { write: options.crashAt, durable: false });
  const params = remediation.params.parse(options.params);
  const rows: JournalRow[] = [];
  const counts = { writes: 0, calls: 0 };
  let crashed = false;

  const live = async (): Promise<StepsEnd> => {
    const life = new AbortController();
    const die = (): FencedOff => {
      crashed = true;
      const death = new FencedOff('the process died');
      life.abort(death);
      return death;
    };
    const write: Journal['write'] = async (row) => {
      if (life.signal.aborted) throw life.signal.reason;
      counts.writes += 1;
      const dies = !crashed && crash !== null && 'write' in crash && crash.write === counts.writes;
      if (!dies || crash.durable) rows.push(structuredClone(row));
      if (dies) throw die();
    };
    return await runSteps({
      runId: 'run-rehearsal',
      remediation,
      params,
      target: remediation.target(params),
      openTools: (scope) => {
        const tools = typeof options.tools === 'function' ? options.tools(scope) : (options.tools as Tools);
        return countedTools(tools, {
          // A dead process calls nobody, whatever its code would have gone on to do.
          before: () => life.signal.throwIfAborted(),
          after() {
            counts.calls += 1;
            if (!crashed && crash !== null && 'call' in crash && crash.call === counts.calls) throw die();
          },
        });
      },
      settings,
      approved,
      clock,
      journal: {
        read: async () => structuredClone(rows),
        write,
        mayChange: async () => options.mayChange?.() ?? { may: true },
      },
      signal: life.signal,
      dry,
    });
  };

  let outcome = await live();
  if (crashed) outcome = await live();
  return { outcome, journal: { writes: counts.writes, entries: rows }, calls: counts.calls, crashed };
}

/** One look of the verification at the world. */
export async function probe(
  remediation: Remediation,
  options: Pick<RehearseOptions, 'params' | 'tools' | 'settings' | 'clock'>,
): Promise<{ readonly healthy: boolean; readonly evidence: JsonObject }> {
  const { clock = rehearsalClock(), settings = {}, tools } = options;
  const params = remediation.params.parse(options.params);
  const done = new AbortController();
  const { signal } = done;
  // As under the engine the probe has a limit, which is what makes its own pauses pass at once on a rehearsal clock.
  const limit = clock.sleep(20_000, signal).catch(() => undefined);
  try {
    const opened = typeof tools === 'function' ? tools({ signal, record: () => undefined }) : (tools as Tools);
    const parts = { params, target: remediation.target(params), tools: opened, settings, clock, signal };
    return await remediation.verify.probe(
      stepContext({ ...parts, idempotencyKey: 'probe', results: new Map() }) as never,
    );
  } finally {
    done.abort();
    await limit;
  }
}

/**
 * Plays a scenario once without a crash and then once for every point at which the process can die: before and after
 * each write to the journal, and after each call of a tool. The scenario makes a fresh world each time and answers with
 * what it looks like in the end. @returns what came out without a crash, and each crash that came out differently.
 */
export async function crashEverywhere<T>(
  scenario: (crash: CrashPoint | undefined) => Promise<{ readonly rehearsal: Rehearsal; readonly world: T }>,
): Promise<{ readonly calm: T; readonly points: number; readonly different: readonly { at: CrashPoint; world: T }[] }> {
  const { rehearsal, world: calm } = await scenario(undefined);
  const numbers = (count: number) => Array.from({ length: count }, (_, i) => i + 1);
  const points: CrashPoint[] = [
    ...numbers(rehearsal.journal.writes).flatMap((write) => [
      { write, durable: false },
      { write, durable: true },
    ]),
    ...numbers(rehearsal.calls).map((call) => ({ call })),
  ];
  const different: { at: CrashPoint; world: T }[] = [];
  for (const at of points) {
    const { world } = await scenario(at);
    if (JSON.stringify(world) !== JSON.stringify(calm)) different.push({ at, world });
  }
  return { calm, points: points.length, different };
}
