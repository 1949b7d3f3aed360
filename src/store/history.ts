import type { Labels, Source } from '../domain/alert.ts';
import type { Severity } from '../domain/severity.ts';
import type { Time } from '../domain/time.ts';
import { at, type Sql } from './sql.ts';

/** One firing of an alert, as it was recorded. */
export interface RecordedEpisode {
  readonly id: number;
  readonly source: Source;
  readonly fingerprint: string;
  readonly name: string;
  readonly labels: Labels;
  readonly annotations: Labels;
  readonly test: string | null;
  readonly startsAt: Time | null;
  readonly openedAt: Time;
  readonly closedAt: Time | null;
  /** Of the incident that it belonged to. */
  readonly severity: Severity | null;
}

/** Few enough that a page is read in an instant, and that two of them are no memory. */
const PAGE = 5_000;

/**
 * Reads recorded firings from then on, page by page, in the order in which they were stored: that of their opening, but for
 * the difference between the clocks of replicas. No transaction stays open between two pages.
 */
export async function* readHistory(sql: Sql, since: Time): AsyncGenerator<readonly RecordedEpisode[]> {
  let last = await firstId(sql, since);
  if (last === null) return;
  for (;;) {
    const page: RecordedEpisode[] = await sql.query<RecordedEpisode>(
      `select e.id, e.source, e.fingerprint, e.name, e.labels, e.annotations, e.test, e.starts_at as "startsAt",
         e.opened_at as "openedAt", e.closed_at as "closedAt", i.severity
       from remedyd.episodes e left join remedyd.incidents i on i.id = e.incident_id
       where e.id >= $1 and e.opened_at >= $3 order by e.id limit $2`,
      [last, PAGE, at(since)],
      'read-history',
    );
    const end = page.at(-1);
    if (end === undefined) return;
    yield page;
    last = end.id + 1;
  }
}

export interface HistorySize {
  readonly alerts: number;
  readonly incidents: number;
  readonly runs: number;
  readonly pages: number;
}

/** What was recorded since then. */
export async function historySize(sql: Sql, since: Time): Promise<HistorySize> {
  const [row] = await sql.query<HistorySize>(
    `select (select count(*) from remedyd.episodes where opened_at >= $1) as alerts,
       (select count(*) from remedyd.incidents where opened_at >= $1) as incidents,
       (select count(*) from remedyd.runs where admitted_at >= $1 and not dry) as runs,
       (select count(*) from remedyd.incidents where opened_at >= $1 and paged_at is not null) as pages`,
    [at(since)],
  );
  return row ?? { alerts: 0, incidents: 0, runs: 0, pages: 0 };
}

async function firstId(sql: Sql, since: Time): Promise<number | null> {
  const [row] = await sql.query<{ id: number | null }>(
    'select min(id) as id from remedyd.episodes where opened_at >= $1',
    [at(since)],
  );
  return row?.id ?? null;
}
