import type { JsonObject } from '../domain/json.ts';
import type { Clock } from '../domain/time.ts';
import { attempt, CutOff } from '../remediation/attempt.ts';
import { stepContext } from '../remediation/context.ts';
import type { Remediation } from '../remediation/define.ts';
import type { Settings, Toolbox } from '../remediation/tools.ts';
import type { Run } from '../store/runs.ts';

/** What a probe saw. A probe that fails has seen nothing, and nothing is not healthy. */
export interface Seen {
  readonly healthy: boolean;
  readonly evidence: JsonObject;
}

/** Longer than any honest probe, and short enough for the next look. */
const PROBE_TIMEOUT = '20s';

/** @throws CutOff where the service stops. */
export async function see(
  parts: {
    readonly clock: Clock;
    readonly toolbox: Toolbox;
    readonly settings: Settings;
    readonly hardStop: AbortSignal;
  },
  remediation: Remediation,
  run: Run,
): Promise<Seen> {
  const { clock, toolbox, settings, hardStop } = parts;
  const { params, target } = run;
  try {
    return await attempt(clock, PROBE_TIMEOUT, hardStop, (signal) => {
      const tools = toolbox.open({ signal, record: () => undefined });
      const idempotencyKey = `${run.id}-verify`;
      const context = stepContext({
        params,
        target,
        tools,
        settings,
        clock,
        signal,
        idempotencyKey,
        results: new Map(),
      });
      return remediation.verify.probe(context as never);
    });
  } catch (error) {
    // Whoever was cut off has not seen a sick world.
    if (error instanceof CutOff) throw error;
    return { healthy: false, evidence: { probeError: error instanceof Error ? error.message : String(error) } };
  }
}
