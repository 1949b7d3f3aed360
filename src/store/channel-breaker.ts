import type { Millis, Time } from '../domain/time.ts';
import { at, type Sql } from './sql.ts';

/** When a channel is left alone, and how soon it is tried again. */
export interface BreakerLimits {
  /** Messages in a row that it did not take. */
  readonly failures: number;
  readonly probe_every: Millis;
}

/** A probe that died with its process keeps the next one away for no longer than this. */
const PROBE_HOLD: Millis = 30_000;

/**
 * The channel did not take a message and may take it later. From the limit on its breaker is open: new pages do not wait
 * for it, and one message at a time looks whether it is back.
 *
 * @param after how long the other side asked to be left alone; no probe goes there sooner.
 * @returns whether the breaker is open now.
 */
export async function noteMiss(
  sql: Sql,
  channel: string,
  error: string,
  after: Millis | null,
  limits: BreakerLimits,
  now: Time,
): Promise<boolean> {
  const probeAt = now + Math.max(limits.probe_every, after ?? 0);
  const [row] = await sql.query<{ open: boolean }>(
    `insert into remedyd.channels as c (name, failing_since, failures, last_error, misses, opened_at, probe_at)
       values ($1, $2, 1, $3, 1, case when $4 <= 1 then $2::timestamptz end, case when $4 <= 1 then $5::timestamptz end)
     on conflict (name) do update
       set failing_since = coalesce(c.failing_since, $2), failures = c.failures + 1, last_error = $3,
         misses = c.misses + 1,
         opened_at = case when c.misses + 1 >= $4 then coalesce(c.opened_at, $2) end,
         probe_at = case when c.misses + 1 >= $4 then $5::timestamptz end
     returning opened_at is not null as open`,
    [channel, at(now), error.slice(0, 500), limits.failures, at(probeAt)],
    'note-miss',
  );
  return row?.open === true;
}

/** Whether a message may go to a channel now. */
export type Passage =
  | { readonly kind: 'free'; readonly isProbe?: true }
  /** The breaker is open. `again` is when the next message may look whether the channel is back. */
  | { readonly kind: 'open'; readonly since: Time; readonly why: string; readonly again: Time };

/**
 * Asks the breaker. While it is open it lets one message through for each probe interval, whichever replica asks first.
 */
export async function passBreaker(sql: Sql, channel: string, now: Time): Promise<Passage> {
  const [row] = await sql.query<{ since: Time | null; why: string | null; again: Time | null }>(
    'select opened_at as since, last_error as why, probe_at as again from remedyd.channels where name = $1',
    [channel],
    'read-breaker',
  );
  if (row === undefined || row.since === null) return { kind: 'free' };
  const probes = await sql.run(
    `update remedyd.channels set probe_at = $3
     where name = $1 and opened_at is not null and (probe_at is null or probe_at <= $2)`,
    [channel, at(now), at(now + PROBE_HOLD)],
    'claim-probe',
  );
  if (probes > 0) return { kind: 'free', isProbe: true };
  return { kind: 'open', since: row.since, why: row.why ?? '', again: row.again ?? now };
}

/**
 * Takes the only place at a channel that must be spoken to by one at a time, over all replicas.
 *
 * @returns when it is free again, or null where it is ours until then.
 */
export async function takeTurn(sql: Sql, channel: string, hold: Millis, now: Time): Promise<Time | null> {
  const taken = await sql.run(
    `insert into remedyd.channels as c (name, turn_until) values ($1, $3)
     on conflict (name) do update set turn_until = $3 where c.turn_until is null or c.turn_until <= $2`,
    [channel, at(now), at(now + hold)],
    'take-turn',
  );
  if (taken > 0) return null;
  const [row] = await sql.query<{ until: Time | null }>(
    'select turn_until as until from remedyd.channels where name = $1',
    [channel],
  );
  return row?.until ?? now;
}

/** Gives the place back, for others from then on. */
export async function endTurn(sql: Sql, channel: string, free: Time): Promise<void> {
  await sql.run('update remedyd.channels set turn_until = $2 where name = $1', [channel, at(free)], 'end-turn');
}
