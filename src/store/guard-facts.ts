import type { Labels } from '../domain/alert.ts';
import type { Outcome } from '../domain/outcome.ts';
import type { Reason } from '../domain/reason.ts';
import type { Time } from '../domain/time.ts';
import type { RuleTarget } from './incidents.ts';
import { at, type Sql } from './sql.ts';

/** An alert that fires. */
export interface FiringRow {
  readonly name: string;
  readonly labels: Labels;
}

/** An incident that a rule opened; the target as `kind:id`. */
export interface OpeningRow {
  readonly rule: string;
  readonly target: string;
  readonly at: Time;
}

/**
 * Alerts that fire now, of any source, without tests of the alerting.
 *
 * @param names only those; null is any
 */
export async function firingNow(sql: Sql, names: readonly string[] | null, limit: number): Promise<FiringRow[]> {
  return sql.query(
    `select name, labels from remedyd.episodes
     where current and status = 'firing' and test is null and ($1::text[] is null or name = any($1)) limit $2`,
    [names, limit],
    'firing-now',
  );
}

/** Ids of the targets of this kind that have an open incident whose alert fires. */
export async function sickTargets(sql: Sql, kind: string, limit: number): Promise<string[]> {
  const rows = await sql.query<{ id: string }>(
    `select distinct target_id as id from remedyd.incidents
     where ended_at is null and firing and target_kind = $1 limit $2`,
    [kind, limit],
    'sick-targets',
  );
  return rows.map(({ id }) => id);
}

/** What these rules opened since then, newest first, so many of each rule. */
export async function openingsOf(
  sql: Sql,
  rules: readonly string[],
  since: Time,
  limit: number,
): Promise<OpeningRow[]> {
  if (rules.length === 0) return [];
  return sql.query(
    `select w.rule, o.* from unnest($1::text[]) as w(rule) cross join lateral (
       select target_kind || ':' || target_id as target, opened_at as at from remedyd.incidents i
       where i.rule = w.rule and i.opened_at >= $2 order by i.opened_at desc limit $3) o
     order by o.at desc`,
    [rules, at(since), limit],
    'openings-of-rules',
  );
}

/** An incident that came and went by itself. */
export interface FlapRow extends RuleTarget {
  readonly onAt: Time;
  readonly offAt: Time;
}

/** What went on and off by itself since then, of these rules and targets: so many of each, the last ones. */
export async function changesOf(
  sql: Sql,
  wanted: readonly RuleTarget[],
  since: Time,
  limit: number,
): Promise<FlapRow[]> {
  if (wanted.length === 0) return [];
  const rows = await sql.query<{ rule: string; kind: string; id: string; onAt: Time; offAt: Time }>(
    `select w.rule, w.kind, w.id, c.* from
       (select distinct * from unnest($1::text[], $2::text[], $3::text[]) as u(rule, kind, id)) w cross join lateral (
       select i.opened_at as "onAt", i.ended_at as "offAt" from remedyd.incidents i
       where i.rule = w.rule and i.target_kind = w.kind and i.target_id = w.id and i.state = 'closed'
         and i.reason = 'cleared-by-itself' and i.ended_at > $4 order by i.ended_at desc limit $5) c`,
    [wanted.map((w) => w.rule), wanted.map((w) => w.target.kind), wanted.map((w) => w.target.id), at(since), limit],
    'changes-of-targets',
  );
  return rows.map(({ rule, kind, id, onAt, offAt }) => ({ rule, target: { kind, id }, onAt, offAt }));
}

export interface RuleRemediation {
  readonly rule: string;
  readonly remediation: string;
}

/** How one run ended, as far as is known by now. */
export interface EndedRunRow extends RuleRemediation {
  readonly outcome: Outcome | null;
  readonly endedAt: Time;
  /** A person had approved it. */
  readonly approved: boolean;
}

/**
 * How the last runs of each remediation under its rule ended, oldest first. A success that did not last is `recurred`, at the
 * time when that showed. Where a person paused the rule and let it go on, or promoted it again, what was before counts no more.
 */
export async function endedRuns(sql: Sql, pairs: readonly RuleRemediation[], limit: number): Promise<EndedRunRow[]> {
  if (pairs.length === 0) return [];
  return sql.query(
    `select w.rule, w.remediation, r.* from unnest($1::text[], $2::text[]) as w(rule, remediation) cross join lateral (
       select case when recurred_at is null then outcome else 'recurred' end as outcome,
         coalesce(recurred_at, ended_at) as "endedAt", exists (select 1 from remedyd.approvals a
           where a.incident_id = r.incident_id and a.plan_hash = r.plan_hash and a.decision = 'approved') as approved
       from remedyd.runs r
       where r.rule = w.rule and r.remediation = w.remediation and r.ended_at is not null and not r.dry
         and r.ended_at > coalesce(greatest(
           (select max(p.lifted_at) from remedyd.pauses p where p.scope = 'rule' and p.key = w.rule),
           (select max(d.lifted_at) from remedyd.demotions d where d.rule = w.rule)), '-infinity')
         and (r.outcome is null or r.outcome not in ('noop', 'stopped', 'dry'))
       order by r.ended_at desc limit $3) r
     order by r."endedAt"`,
    [pairs.map((p) => p.rule), pairs.map((p) => p.remediation), limit],
    'ended-runs',
  );
}

/** The incidents that these rows of the outbox are about, with why they stand as they do. */
export async function incidentsOfRows(
  sql: Sql,
  rowIds: readonly number[],
): Promise<{ readonly id: string; readonly reason: Reason }[]> {
  return sql.query(
    `select distinct i.id, i.reason from remedyd.outbox o join remedyd.incidents i on i.id = o.incident_id
     where o.id = any($1)`,
    [rowIds],
    'incidents-of-rows',
  );
}

/** The rules of the incidents that these rows of the outbox are about. */
export async function rulesOfRows(sql: Sql, rowIds: readonly number[]): Promise<string[]> {
  const rows = await sql.query<{ rule: string }>(
    `select distinct i.rule from remedyd.outbox o join remedyd.incidents i on i.id = o.incident_id where o.id = any($1)`,
    [rowIds],
    'rules-of-rows',
  );
  return rows.map(({ rule }) => rule);
}
