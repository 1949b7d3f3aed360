import type { Source, Target } from '../domain/alert.ts';
import type { Incident } from '../domain/incident.ts';
import type { Reason } from '../domain/reason.ts';
import type { Time } from '../domain/time.ts';
import { type Column, encode, insertMany, type Sql } from './sql.ts';

/** An incident with the end of its timeline's chain, which only the store needs. */
export interface StoredIncident {
  readonly incident: Incident;
  readonly seq: number;
  readonly head: string;
}

/** The row's shape: the incident's fields in snake case, the target in two columns. */
export type IncidentRow = { id: string; target_kind: string; target_id: string; seq: number; head: string } & Record<
  string,
  unknown
>;

const PLAIN = [
  ['rule', 'text'],
  ['severity', 'text'],
  ['state', 'text'],
  ['reason', 'text'],
  ['opened_at', 'timestamptz'],
  ['updated_at', 'timestamptz'],
  ['ended_at', 'timestamptz'],
  ['deadline_at', 'timestamptz'],
  ['pages_in_parallel', 'boolean'],
  ['firing', 'boolean'],
  ['attempt', 'integer'],
  ['tries', 'integer'],
  ['run_id', 'text'],
  ['approval_id', 'text'],
  ['ask_at', 'timestamptz'],
  ['paged_at', 'timestamptz'],
  ['acked_by', 'text'],
  ['acked_at', 'timestamptz'],
  ['recurrence_of', 'text'],
  ['covered_by', 'text'],
  ['blind', 'integer'],
  ['version', 'integer'],
] as const;

const camel = (name: string) => name.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());

const FIELDS = PLAIN.map(([name, type]) => ({ name, type, field: camel(name) as keyof Incident }));

export function fromRow(row: IncidentRow): StoredIncident {
  const fields = Object.fromEntries(FIELDS.map(({ name, field }) => [field, row[name]]));
  const target: Target = { kind: row.target_kind, id: row.target_id };
  return { incident: { id: row.id, ...fields, target } as unknown as Incident, seq: row.seq, head: row.head };
}

function columnsOf(stored: readonly StoredIncident[]): Column[] {
  const of = (pick: (s: StoredIncident) => unknown) => stored.map(pick);
  return [
    { name: 'id', type: 'text', values: of((s) => s.incident.id) },
    { name: 'target_kind', type: 'text', values: of((s) => s.incident.target.kind) },
    { name: 'target_id', type: 'text', values: of((s) => s.incident.target.id) },
    ...FIELDS.map(({ name, type, field }) => ({ name, type, values: of((s) => s.incident[field]) })),
    { name: 'seq', type: 'integer', values: of((s) => s.seq) },
    { name: 'head', type: 'text', values: of((s) => s.head) },
  ];
}

/** @throws the driver's unique violation where an incident of that rule and target is open already. */
export async function insertIncidents(sql: Sql, stored: readonly StoredIncident[]): Promise<void> {
  if (stored.length > 0) await insertMany(sql, 'incidents', columnsOf(stored));
}

/**
 * Writes each incident over the version before it.
 *
 * @returns how many were written; fewer than given means that somebody else was faster.
 */
export async function updateIncidents(sql: Sql, stored: readonly StoredIncident[]): Promise<number> {
  if (stored.length === 0) return 0;
  const columns = columnsOf(stored);
  const names = columns.map((c) => c.name).join(', ');
  const sets = columns.filter((c) => c.name !== 'id').map((c) => `${c.name} = n.${c.name}`);
  const arrays = columns.map((c, i) => `$${i + 1}::${c.type}[]`).join(', ');
  return sql.run(
    `update remedyd.incidents i set ${sets.join(', ')} from unnest(${arrays}) as n(${names})
     where i.id = n.id and i.version = n.version - 1`,
    columns.map(encode),
    'update-incidents',
  );
}

/** Locks the rows, in the order of their ids so that two replicas cannot wait for each other. */
export async function lockIncidents(sql: Sql, ids: readonly string[]): Promise<Map<string, StoredIncident>> {
  if (ids.length === 0) return new Map();
  const rows = await sql.query<IncidentRow>(
    'select * from remedyd.incidents where id = any($1) order by id for update',
    [ids],
    'lock-incidents',
  );
  return new Map(rows.map((row) => [row.id, fromRow(row)]));
}

export async function findIncident(sql: Sql, id: string): Promise<StoredIncident | undefined> {
  const [row] = await sql.query<IncidentRow>('select * from remedyd.incidents where id = $1', [id], 'find-incident');
  return row === undefined ? undefined : fromRow(row);
}

/** Ids of the incidents of a rule that wait for an answer to a question that was asked for one of these reasons. */
export async function askedBecause(sql: Sql, rule: string, reasons: readonly Reason[]): Promise<string[]> {
  const rows = await sql.query<{ id: string }>(
    `select id from remedyd.incidents where rule = $1 and ended_at is null and state = 'approving' and reason = any($2)`,
    [rule, reasons],
    'asked-because',
  );
  return rows.map(({ id }) => id);
}

export interface RuleTarget {
  readonly rule: string;
  readonly target: Target;
}

/** Whether an incident of this rule on this target is open, and when the last one ended. */
export async function lastOnSlot(
  sql: Sql,
  { rule, target }: RuleTarget,
): Promise<{ readonly open: boolean; readonly endedAt: Time | null }> {
  const [row] = await sql.query<{ open: boolean | null; endedAt: Time | null }>(
    `select bool_or(ended_at is null) as open, max(ended_at) as "endedAt" from remedyd.incidents
     where rule = $1 and target_kind = $2 and target_id = $3`,
    [rule, target.kind, target.id],
  );
  return { open: row?.open ?? false, endedAt: row?.endedAt ?? null };
}

/** The incident that the last episode of an alert belongs to; null where it has none. */
export async function incidentOfAlert(
  sql: Sql,
  source: Source,
  fingerprint: string,
): Promise<Pick<Incident, 'id' | 'state'> | null> {
  const [row] = await sql.query<Pick<Incident, 'id' | 'state'>>(
    `select i.id, i.state from remedyd.episodes e join remedyd.incidents i on i.id = e.incident_id
     where e.source = $1 and e.fingerprint = $2 order by e.id desc limit 1`,
    [source, fingerprint],
  );
  return row ?? null;
}

/** The incident that came after this one as the same trouble; null where none did. */
export async function recurrenceAfter(sql: Sql, id: string): Promise<string | null> {
  const [row] = await sql.query<{ id: string }>(
    'select id from remedyd.incidents where recurrence_of = $1 order by opened_at limit 1',
    [id],
  );
  return row?.id ?? null;
}

/** Whether the trouble fires again that an incident's alert is the all-clear of; false where it is no all-clear. */
export async function troubleIsBack(sql: Sql, incidentId: string): Promise<boolean> {
  const rows = await sql.query(
    `select 1 from remedyd.episodes e
     join remedyd.incidents i on i.ended_at is null and i.firing
       and i.rule || ' ' || i.target_kind || ':' || i.target_id = e.labels->>'all_clear_of'
     where e.incident_id = $1 and e.status = 'firing' and e.source = 'remedyd' limit 1`,
    [incidentId],
    'trouble-is-back',
  );
  return rows.length > 0;
}

/** The open incidents of these rules and targets, locked. */
export async function lockOpenIncidents(sql: Sql, wanted: readonly RuleTarget[]): Promise<StoredIncident[]> {
  if (wanted.length === 0) return [];
  const rows = await sql.query<IncidentRow>(
    `select i.* from remedyd.incidents i
     join unnest($1::text[], $2::text[], $3::text[]) as w(rule, kind, id)
       on i.rule = w.rule and i.target_kind = w.kind and i.target_id = w.id
     where i.ended_at is null order by i.id for update of i`,
    [wanted.map((w) => w.rule), wanted.map((w) => w.target.kind), wanted.map((w) => w.target.id)],
    'lock-open-incidents',
  );
  return rows.map(fromRow);
}

/** For each rule and target the last incident that was healed since then, if any. */
export async function healedSince(
  sql: Sql,
  wanted: readonly RuleTarget[],
  since: Date | null,
): Promise<(RuleTarget & { id: string })[]> {
  if (wanted.length === 0) return [];
  const rows = await sql.query<{ rule: string; target_kind: string; target_id: string; id: string }>(
    `select distinct on (i.rule, i.target_kind, i.target_id) i.rule, i.target_kind, i.target_id, i.id
     from remedyd.incidents i
     join unnest($1::text[], $2::text[], $3::text[]) as w(rule, kind, id)
       on i.rule = w.rule and i.target_kind = w.kind and i.target_id = w.id
     where i.state = 'healed' and i.ended_at >= $4
     order by i.rule, i.target_kind, i.target_id, i.ended_at desc`,
    [wanted.map((w) => w.rule), wanted.map((w) => w.target.kind), wanted.map((w) => w.target.id), since],
    'healed-since',
  );
  return rows.map((row) => ({ rule: row.rule, target: { kind: row.target_kind, id: row.target_id }, id: row.id }));
}
