import { type Cover, GATHERINGS } from '../domain/gathering.ts';
import type { Severity } from '../domain/severity.ts';
import type { Time } from '../domain/time.ts';
import { at, type Sql } from './sql.ts';

/**
 * Own alerts that stand for the pages of others. Only those whose own page can be shown: it is owed in the outbox, a channel
 * took it, or a person has answered it.
 */
export async function standingCovers(sql: Sql): Promise<Cover[]> {
  return sql.query<Cover>(
    `select i.id, e.name as gathering, e.labels->>'rule' as rule
     from remedyd.episodes e join remedyd.incidents i on i.id = e.incident_id
     where e.current and e.status = 'firing' and e.test is null and e.source = 'remedyd' and e.name = any($1)
       and i.ended_at is null and (i.acked_at is not null or i.paged_at is not null and (
         exists (select 1 from remedyd.outbox o where o.incident_id = i.id and o.kind in ('tell', 'send')
           and o.data->>'topic' = 'page')
         or exists (select 1 from remedyd.timeline t where t.incident_id = i.id and t.type = 'told'
           and t.data->>'topic' = 'page')))
     order by i.opened_at, i.id`,
    [GATHERINGS],
    'standing-covers',
  );
}

/** Open incidents that wait and whose deadline comes before then, of one rule or held for one reason. */
export async function waitingFor(
  sql: Sql,
  about: { readonly rule: string | null; readonly reason: string | null },
  before: Time,
  limit: number,
): Promise<string[]> {
  const rows = await sql.query<{ id: string }>(
    `select id from remedyd.incidents
     where ended_at is null and state in ('received', 'held', 'observing') and deadline_at <= $3 and paged_at is null
       and acked_at is null and ($1::text is null or rule = $1) and ($2::text is null or reason = $2)
     order by id limit $4`,
    [about.rule, about.reason, at(before), limit],
    'waiting-for-cover',
  );
  return rows.map(({ id }) => id);
}

/** Open incidents that are covered by none of these any more, and whose deadline is still to come. */
export async function uncovered(sql: Sql, covers: readonly string[], limit: number): Promise<string[]> {
  const rows = await sql.query<{ id: string }>(
    `select id from remedyd.incidents
     where covered_by is not null and ended_at is null and deadline_at is not null and acked_at is null
       and not covered_by = any($1) order by id limit $2`,
    [covers, limit],
    'uncovered',
  );
  return rows.map(({ id }) => id);
}

/** Takes back the deadlines of these incidents, which get others in the same transaction. One that is being worked on stays. */
export async function strikeDeadlines(sql: Sql, incidentIds: readonly string[]): Promise<void> {
  await sql.run(
    `delete from remedyd.outbox where id in (
       select id from remedyd.outbox where kind = 'deadline' and incident_id = any($1) for update skip locked)`,
    [incidentIds],
    'strike-deadlines',
  );
}

/** What a rule has open. */
export interface OpenOfRule {
  readonly rule: string;
  readonly count: number;
  readonly severities: readonly Severity[];
  /** `kind:id` of the first few. */
  readonly targets: readonly string[];
}

/** Of these rules, how many incidents wait whose alert fires and for which nobody was told. */
export async function unheardOfRules(sql: Sql, rules: readonly string[]): Promise<ReadonlyMap<string, number>> {
  if (rules.length === 0) return new Map();
  const rows = await sql.query<{ rule: string; count: number }>(
    `select rule, count(*) as count from remedyd.incidents
     where ended_at is null and firing and rule = any($1) and state in ('received', 'held', 'observing')
       and paged_at is null and acked_at is null
     group by rule`,
    [rules],
    'unheard-of-rules',
  );
  return new Map(rows.map(({ rule, count }) => [rule, count]));
}

/** The open incidents of these rules whose alert fires; null is any rule, of those that are held for this reason. */
export async function openOfRules(
  sql: Sql,
  rules: readonly string[] | null,
  reason: string | null,
): Promise<OpenOfRule[]> {
  if (rules?.length === 0) return [];
  return sql.query<OpenOfRule>(
    `select rule, count(*) as count, array_agg(distinct severity) as severities,
       (array_agg(target_kind || ':' || target_id order by opened_at, id))[1:10] as targets
     from remedyd.incidents where ended_at is null and firing and ($1::text[] is null or rule = any($1))
       and ($2::text is null or (state = 'held' and reason = $2))
     group by rule order by rule`,
    [rules, reason],
    'open-of-rules',
  );
}
