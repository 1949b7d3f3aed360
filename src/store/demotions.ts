import type { Time } from '../domain/time.ts';
import { at, type Sql } from './sql.ts';

/** A rule that acted by itself and asks since, because a breaker of it broke. */
export interface Demotion {
  readonly id: string;
  readonly rule: string;
  readonly since: Time;
  readonly why: string;
}

/** Those that stand, oldest first. */
export async function standingDemotions(sql: Sql): Promise<Demotion[]> {
  return sql.query<Demotion>(
    'select id, rule, since, why from remedyd.demotions where lifted_at is null order by since, id',
    [],
    'standing-demotions',
  );
}

/** Demotes a rule, unless it is. @returns whether it was not. */
export async function demote(sql: Sql, { id, rule, since, why }: Demotion): Promise<boolean> {
  const touched = await sql.run(
    `insert into remedyd.demotions (id, rule, since, why) values ($1, $2, $3, $4)
     on conflict (rule) where lifted_at is null do nothing`,
    [id, rule, at(since), why],
    'demote',
  );
  return touched === 1;
}

/** A person lets the rule act again; what its runs came to before counts no more. @returns whether it was demoted. */
export async function liftDemotion(sql: Sql, rule: string, by: string, why: string, now: Time): Promise<boolean> {
  const touched = await sql.run(
    'update remedyd.demotions set lifted_at = $2, lifted_by = $3, lifted_why = $4 where rule = $1 and lifted_at is null',
    [rule, at(now), by, why],
    'lift-demotion',
  );
  return touched === 1;
}
