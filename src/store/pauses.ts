import type { Target } from '../domain/alert.ts';
import { targetKey } from '../domain/alert.ts';
import type { Time } from '../domain/time.ts';
import { lockAdmission } from './admission.ts';
import type { Handed } from './outbox.ts';
import { at, type Sql } from './sql.ts';
import { WAKES, wakeHeld } from './wake.ts';

/** What a pause can stop: everything, one rule, one target. */
export const PAUSE_SCOPES = ['global', 'rule', 'target'] as const;

/** A person's word that nothing is to be changed: everywhere, by one rule, or on one target. */
export interface Pause {
  readonly id: string;
  readonly scope: (typeof PAUSE_SCOPES)[number];
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

/** Sets a pause. From its commit on no replica begins a changing step that it covers. */
export async function setPause(sql: Sql, pause: Pause): Promise<void> {
  await sql.run(INSERT, [...valuesOf(pause), null], 'set-pause');
}

/** @returns how many pauses were lifted. */
export async function liftPauses(sql: Sql, scope: Pause['scope'], key: string, by: string, now: Time): Promise<number> {
  return (await lift(sql, scope, key, by, now)).length;
}

export interface Resumed {
  readonly lifted: number;
  /** Files that set one of them, and set it again while they are there. */
  readonly files: readonly string[];
  /** What is decided again because of it, to be handed over (`leaveToRelay` where there is no queue). */
  readonly handed: readonly Handed[];
}

/** Lifts what was paused at a place and has those decided again that it held, in the caller's transaction. */
export async function resume(sql: Sql, place: Pick<Pause, 'scope' | 'key'>, by: string, now: Time): Promise<Resumed> {
  await lockAdmission(sql);
  const lifted = await lift(sql, place.scope, place.key, by, now);
  const files = lifted.flatMap(({ file }) => file ?? []);
  return {
    lifted: lifted.length,
    files,
    handed: lifted.length === 0 ? [] : await wakeHeld(sql, WAKES.pauseLifted, now),
  };
}

async function lift(sql: Sql, scope: Pause['scope'], key: string, by: string, now: Time) {
  return sql.query<{ file: string | null }>(
    `update remedyd.pauses set lifted_at = $3, lifted_by = $4 where scope = $1 and key = $2 and lifted_at is null
     returning file`,
    [scope, key, at(now), by],
  );
}

/**
 * Has the pause stand that a file asks for, and no other of that file. Told again and again, by every replica that sees the
 * file, it is set once.
 *
 * @param file names the file among all hosts
 */
export async function standByFile(sql: Sql, pause: Pause, file: string): Promise<void> {
  const [, scope, key, owner, why, setAt, until] = valuesOf(pause);
  await sql.run(
    `update remedyd.pauses set lifted_at = $1, lifted_by = $2
     where file = $3 and lifted_at is null and (scope, key, owner, why, until) is distinct from ($4, $5, $2, $6, $7)`,
    [setAt, owner, file, scope, key, why, until],
  );
  await sql.run(`${INSERT} on conflict (file) where lifted_at is null do nothing`, [...valuesOf(pause), file]);
}

/** Lifts what the file stood for, and has those decided again that it held. @returns the rows to hand over. */
export async function liftByFile(sql: Sql, file: string, by: string, now: Time): Promise<readonly Handed[]> {
  const standing = await sql.query('select 1 from remedyd.pauses where file = $1 and lifted_at is null', [file]);
  if (standing.length === 0) return [];
  await lockAdmission(sql);
  await sql.run('update remedyd.pauses set lifted_at = $2, lifted_by = $3 where file = $1 and lifted_at is null', [
    file,
    at(now),
    by,
  ]);
  return wakeHeld(sql, WAKES.pauseLifted, now);
}

const INSERT = `insert into remedyd.pauses (id, scope, key, owner, why, set_at, until, file)
  values ($1, $2, $3, $4, $5, $6, $7, $8)`;

function valuesOf({ id, scope, key, owner, why, setAt, until }: Pause) {
  return [id, scope, key, owner, why, at(setAt), at(until)] as const;
}
