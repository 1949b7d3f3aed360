import type { Target } from '../domain/alert.ts';
import { targetKey } from '../domain/alert.ts';
import type { Time } from '../domain/time.ts';
import { at, type Sql } from './sql.ts';

/** A person's word that nothing is to be changed: everywhere, by one rule, or on one target. */
export interface Pause {
  readonly id: string;
  readonly scope: 'global' | 'rule' | 'target';
  /** The rule's name or `kind:id` of the target; empty for a global one. */
  readonly key: string;
  readonly owner: string;
  readonly why: string;
  readonly setAt: Time;
  /** Null: until it is lifted. */
  readonly until: Time | null;
}

/** Those that stand now. */
export async function standingPauses(sql: Sql, now: Time): Promise<Pause[]> {
  return sql.query<Pause>(
    `select id, scope, key, owner, why, set_at as "setAt", until from remedyd.pauses
     where lifted_at is null and (until is null or until > $1) order by set_at`,
    [at(now)],
    'standing-pauses',
  );
}

/** The pause that stops this rule on this target, if any; the widest one first. */
export function pauseFor(pauses: readonly Pause[], rule: string, target: Target): Pause | undefined {
  const key = targetKey(target);
  const applies = (pause: Pause) =>
    pause.scope === 'global' || (pause.scope === 'rule' ? pause.key === rule : pause.key === key);
  return pauses.find((p) => p.scope === 'global') ?? pauses.find(applies);
}

export async function setPause(sql: Sql, pause: Pause): Promise<void> {
  await sql.run(
    'insert into remedyd.pauses (id, scope, key, owner, why, set_at, until) values ($1, $2, $3, $4, $5, $6, $7)',
    [pause.id, pause.scope, pause.key, pause.owner, pause.why, at(pause.setAt), at(pause.until)],
  );
}

/** @returns how many pauses were lifted. */
export async function liftPauses(sql: Sql, scope: Pause['scope'], key: string, by: string, now: Time): Promise<number> {
  return sql.run(
    'update remedyd.pauses set lifted_at = $3, lifted_by = $4 where scope = $1 and key = $2 and lifted_at is null',
    [scope, key, at(now), by],
  );
}
