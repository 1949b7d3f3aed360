import type { Millis, Time } from '../domain/time.ts';

/**
 * Since when the flapping guardrail has held an alert without a break: since the first of those changes, up to the last, at each
 * of which more than `changes` of them lay within `within`. Pure.
 *
 * @param at when the alert went on and off by itself, in any order
 * @returns null where it does not hold it now
 */
export function restlessSince(
  at: readonly Time[],
  { changes, within }: { readonly changes: number; readonly within: Millis },
  now: Time,
): Time | null {
  const times = at.filter((time) => time <= now).sort((a, b) => a - b);
  /** Whether the guardrail would have said no at that time, to what had changed until then. */
  const holds = (time: Time, count: number) => {
    const oldest = times[count - changes - 1];
    return oldest !== undefined && oldest > time - within;
  };
  if (!holds(now, times.length)) return null;
  let since: Time | null = null;
  for (let i = times.length - 1; i >= 0; i -= 1) {
    const time = times[i] ?? 0;
    if (!holds(time, i + 1)) break;
    since = time;
  }
  return since;
}
