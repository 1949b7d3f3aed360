import type { Millis, Time } from '../domain/time.ts';
import { at, type Sql } from './sql.ts';

/**
 * Takes or keeps a lease on something that only one replica does (probes, sweep, schedules).
 *
 * @returns whether `holder` has it until now + `ttl`.
 */
export async function holdLease(sql: Sql, name: string, holder: string, now: Time, ttl: Millis): Promise<boolean> {
  const touched = await sql.run(
    `insert into remedyd.leases as l (name, holder, fence, expires_at) values ($1, $2, nextval('remedyd.fence'), $4)
     on conflict (name) do update set holder = $2, expires_at = $4,
       fence = case when l.holder = $2 then l.fence else nextval('remedyd.fence') end
     where l.holder = $2 or l.expires_at <= $3`,
    [name, holder, at(now), at(now + ttl)],
    'hold-lease',
  );
  return touched === 1;
}

/** Lets go of everything that `holder` has, so that another replica need not wait. */
export async function releaseLeases(sql: Sql, holder: string): Promise<void> {
  await sql.run('delete from remedyd.leases where holder = $1', [holder]);
}
