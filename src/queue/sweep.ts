import type { Topic } from '../domain/event.ts';
import type { Clock, Millis, Time } from '../domain/time.ts';
import type { Db } from '../store/db.ts';
import { type Handed, insertOutbox, type NewOutboxRow, type OutboxKind } from '../store/outbox.ts';
import { at, type Sql } from '../store/sql.ts';

export interface SweepParts {
  readonly db: Db;
  readonly clock: Clock;
  /** How long an incident may stand without the work that its state owes before that is made up for. */
  readonly grace: Millis;
  handOver(rows: readonly Handed[]): void;
  onFound(kind: OutboxKind, count: number): void;
}

interface Found {
  readonly id: string;
  readonly runId: string | null;
  readonly approvalId: string | null;
  readonly deadlineAt: Time | null;
  readonly askAt: Time | null;
}

/** Work that an incident must have in the outbox, or it would stand still for ever. */
interface Duty {
  readonly kind: OutboxKind;
  /** Which incidents. */
  readonly where: string;
  /** Kinds of rows of which one suffices; the kind itself where nothing is said. */
  readonly stands?: readonly OutboxKind[];
  make(found: Found, now: Time): Pick<NewOutboxRow, 'dueAt' | 'data' | 'runId'>;
}

const atOnce = ({ runId }: Found, now: Time) => ({ dueAt: now, data: {}, runId });

const said = (topic: Topic) => `exists (select 1 from remedyd.timeline t where t.incident_id = i.id
  and t.type in ('told', 'untold') and t.data->>'topic' = '${topic}')`;

const tell = (topic: Topic) => (_found: Found, now: Time) => ({ dueAt: now, data: { topic }, runId: null });

const DUTIES: readonly Duty[] = [
  {
    kind: 'decide',
    where: `i.ended_at is null and i.state in ('received', 'held')`,
    make: (found, now) => ({ ...atOnce(found, now), runId: null }),
  },
  { kind: 'execute', where: `i.ended_at is null and i.state = 'running'`, make: atOnce },
  {
    kind: 'execute',
    where: `i.ended_at is null and i.state = 'observing'
      and exists (select 1 from remedyd.runs r where r.id = i.run_id and r.ended_at is null)`,
    make: atOnce,
  },
  { kind: 'verify', where: `i.ended_at is null and i.state = 'verifying'`, make: atOnce },
  {
    kind: 'deadline',
    where: 'i.ended_at is null and i.deadline_at is not null',
    make: ({ deadlineAt }, now) => ({ dueAt: deadlineAt ?? now, data: {}, runId: null }),
  },
  {
    kind: 'expire',
    where: `i.ended_at is null and i.state = 'approving'`,
    make: ({ askAt, approvalId }, now) => ({ dueAt: askAt ?? now, data: { approvalId }, runId: null }),
  },
  {
    kind: 'tell',
    where: `i.ended_at is null and i.paged_at is not null and not ${said('page')}`,
    stands: ['tell', 'send'],
    make: tell('page'),
  },
  {
    // Whoever was told of it must hear of its end, or PagerDuty goes on asking. A day is longer than any outage of ours.
    kind: 'tell',
    where: `i.ended_at > $3 and i.opened_at > $4 and i.paged_at is not null and ${said('page')} and not ${said('end')}`,
    stands: ['tell', 'send'],
    make: tell('end'),
  },
];

const DAY: Millis = 86_400_000;

/**
 * Recomputes from the state what is owed, and makes up for what is missing. In a sound system it finds nothing; a lost
 * row, by whatever cause, then delays and does not lose.
 *
 * @returns how many rows it had to write.
 */
export async function sweep(parts: SweepParts): Promise<number> {
  const handed: Handed[] = [];
  let found = 0;
  await parts.db.transaction(async (sql) => {
    handed.length = 0;
    found = 0;
    const now = parts.clock.now();
    for (const duty of DUTIES) {
      const rows = await missing(sql, duty, now - parts.grace, now);
      handed.push(...(await insertOutbox(sql, rows, now)));
      found += rows.length;
      if (rows.length > 0) parts.onFound(duty.kind, rows.length);
    }
    // A run whose incident went on without it must not hold its target for ever.
    await sql.run(
      `update remedyd.runs r set ended_at = $1 from remedyd.incidents i
       where r.incident_id = i.id and r.ended_at is null and (i.ended_at < $2 or i.run_id is distinct from r.id)
         and i.updated_at < $2 and (r.executor_until is null or r.executor_until < $2)`,
      [at(now), at(now - parts.grace)],
    );
  });
  parts.handOver(handed);
  return found;
}

async function missing(sql: Sql, duty: Duty, before: Time, now: Time): Promise<NewOutboxRow[]> {
  const { kind, where, stands = [kind] } = duty;
  const since = where.includes('$3') ? [at(now - DAY), at(now - 30 * DAY)] : [];
  const found = await sql.query<Found>(
    `select i.id, i.run_id as "runId", i.approval_id as "approvalId", i.deadline_at as "deadlineAt", i.ask_at as "askAt"
     from remedyd.incidents i
     where i.updated_at < $1 and ${where}
       and not exists (select 1 from remedyd.outbox o where o.incident_id = i.id and o.kind = any($2))
     order by i.id limit 1000 for update of i skip locked`,
    [at(before), stands, ...since],
  );
  return found.map((one) => ({ kind, incidentId: one.id, ...duty.make(one, now) }));
}
