import type { Config } from './config/schema.ts';
import type { Clock } from './domain/time.ts';
import type { Remediation } from './remediation/define.ts';
import { type ReportSources, readReport } from './report/read.ts';
import { writeReport } from './report/write.ts';
import type { Rulebook } from './rules/rulebook.ts';
import type { Db } from './store/db.ts';
import type { Sql } from './store/sql.ts';

/** What reports are read from, put together for the service and for the command beside it. */
export function reportSources(
  { notify, autonomy, incidents }: Pick<Config, 'notify' | 'autonomy' | 'incidents'>,
  remediations: ReadonlyMap<string, Remediation>,
  rulebook: Rulebook,
  sql: Sql,
): ReportSources {
  return {
    sql,
    rulebook,
    remediations,
    statusBaseUrl: notify.links.status ?? null,
    runbookBaseUrl: notify.links.runbooks ?? null,
    debt: autonomy.debt,
    postMortem: incidents.post_mortem,
  };
}

/** Writes the report of an incident as things stand now; undefined where there is none. */
export function reporter(
  config: Config,
  clock: Pick<Clock, 'now'>,
  remediations: ReadonlyMap<string, Remediation>,
  rulebook: () => Rulebook,
  db: Pick<Db, 'snapshot'>,
): (id: string) => Promise<string | undefined> {
  return async (id) => {
    const view = await db.snapshot((sql) => readReport(reportSources(config, remediations, rulebook(), sql), id));
    return view === undefined ? undefined : writeReport(view, clock.now());
  };
}
