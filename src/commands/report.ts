import { writeFile } from 'node:fs/promises';
import { windowsOf } from '../config/schema.ts';
import { systemClock } from '../domain/time.ts';
import { loadRemediations } from '../remediation/registry.ts';
import { readReport } from '../report/read.ts';
import { summaryOf } from '../report/summary.ts';
import { writeReport } from '../report/write.ts';
import { reportSources } from '../reporting.ts';
import { loadRulebook } from '../rules/load.ts';
import { createRulebook } from '../rules/rulebook.ts';
import { readDetail } from '../status/read-detail.ts';
import { beside, configured } from './beside.ts';

export interface ReportOptions {
  readonly out?: string;
  readonly json?: boolean;
}

/** Writes the report of an incident. Exit code 1 where there is none, or where the file cannot be written. */
export async function report(id: string, { out, json = false }: ReportOptions): Promise<0 | 1> {
  const config = await configured();
  const remediations = await loadRemediations(config.remediations);
  const loaded = await loadRulebook(config.rules, remediations, windowsOf(config));
  const rulebook = 'faults' in loaded ? createRulebook([]) : loaded.rulebook;
  const found = await beside((db) =>
    db.snapshot(async (sql) => ({
      view: await readReport(reportSources(config, remediations, rulebook, sql), id),
      incident: json ? await readDetail(sql, id) : null,
    })),
  );
  const { view, incident } = found;
  if (view === undefined) {
    process.stdout.write(`No incident is called ${id}\n`);
    return 1;
  }
  const now = systemClock.now();
  const markdown = writeReport(view, now);
  const text = json ? `${JSON.stringify({ incident, summary: summaryOf(view, now), markdown })}\n` : markdown;
  if (out === undefined) {
    process.stdout.write(text);
    return 0;
  }
  try {
    await writeFile(out, text);
  } catch (error) {
    process.stderr.write(`${out} cannot be written: ${(error as Error).message}\n`);
    return 1;
  }
  process.stdout.write(`Wrote ${out}\n`);
  return 0;
}
