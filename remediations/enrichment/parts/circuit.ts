import type { StepContext } from '../../../src/remediation/index.ts';
import { type SourceSettings, settingsOf } from '../../settings.ts';

type Context = Pick<StepContext<unknown>, 'tools' | 'settings' | 'clock' | 'signal' | 'handOver'>;

/** How often the source must answer in a row before its breaker is reset, and how long between two questions. */
const PROBES = 3;
const PAUSE = 1_000;

/** The source's settings; hands over where there are none. */
export function sourceOf(ctx: Context, source: string): SourceSettings {
  const { sources } = settingsOf(ctx).enrichment;
  const found = sources[source];
  if (found !== undefined) return found;
  return ctx.handOver(
    `The settings know no source '${source}'; they have ${Object.keys(sources).join(', ') || 'none'}`,
  );
}

export type Circuit = { readonly state: string | null; readonly failures: string | null };

export async function readCircuit(ctx: Context, source: string): Promise<Circuit> {
  const { redis } = ctx.tools;
  return { state: await redis.get(`circuit:${source}:state`), failures: await redis.get(`circuit:${source}:failures`) };
}

export function isOpen({ state }: Circuit): boolean {
  return state?.toUpperCase() === 'OPEN';
}

/** Asks the source itself, three times. The first no is enough: a breaker must not be closed on a source that flaps. */
export async function answersThrice(ctx: Context, { health }: SourceSettings): Promise<boolean> {
  for (let asked = 1; ; asked += 1) {
    const ok = await ctx.tools
      .api(health.api)
      .get(health.path, { timeout: 5_000 })
      .then((answer) => answer.ok)
      .catch(() => false);
    if (!ok || asked === PROBES) return ok;
    await ctx.clock.sleep(PAUSE, ctx.signal);
  }
}

/** Deletes the breaker's state and its count of failures; the tool keeps both in the evidence. */
export async function resetCircuit(ctx: Context, source: string): Promise<{ readonly deleted: number }> {
  return { deleted: await ctx.tools.redis.del(`circuit:${source}:state`, `circuit:${source}:failures`) };
}

/** When the source's rate limit is reset; null where it is not used up. */
export async function limitedUntil(ctx: Context, source: string): Promise<number | null> {
  const key = `rate_limit:${source}:remaining`;
  const remaining = await ctx.tools.redis.get(key);
  if (remaining === null || Number(remaining) > 0) return null;
  const seconds = await ctx.tools.redis.ttl(key);
  // It went away between the two looks, or nobody said when it ends.
  if (seconds === -2) return null;
  return ctx.clock.now() + (seconds < 0 ? WITHOUT_END : (seconds + 1) * 1_000);
}

const WITHOUT_END = 300_000;
