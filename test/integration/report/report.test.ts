import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { NEVER } from '../../../src/domain/cadence.ts';
import { readReport } from '../../../src/report/read.ts';
import { writeReport } from '../../../src/report/write.ts';
import { createRulebook } from '../../../src/rules/rulebook.ts';
import { command } from '../../support/daemon/command.ts';
import { temporaryFolder } from '../../support/services/folder.ts';
import { addRun, NOW, openOne, openStore } from '../store/store.ts';

test('beside the service a report goes to the terminal, into a file, or out as JSON', async () => {
  await using store = await openStore();
  const folder = await temporaryFolder('report');
  onTestFinished(() => folder.remove());
  await writeFile(join(folder.path, 'remedyd.yaml'), '{}\n');
  const run = (...argv: readonly string[]) => command(folder.path, store.url, ['report', ...argv]);
  const incident = await openOne(store.db, 'cup');
  await addRun(store.db, incident);

  const words = ['cause:', 'it was', 'dropped', 'password=hunter2'];
  expect(await command(folder.path, store.url, ['note', 'inc-cup', ...words])).toMatchObject({
    code: 0,
    stdout: 'Noted on inc-cup\n',
  });
  const printed = await run('inc-cup');
  expect(printed).toMatchObject({ code: 0, stderr: '' });
  expect(printed.stdout).toContain('# Incident Report: inc-cup');
  expect(printed.stdout).toContain('### 1. `things/mend`');
  expect(printed.stdout).toMatch(/## Root Cause\n\n- it was dropped password=\\\[redacted\\\] – /);

  const out = join(folder.path, 'report.json');
  expect(await run('inc-cup', '--json', '--out', out)).toMatchObject({ code: 0, stdout: `Wrote ${out}\n` });
  const json = JSON.parse(await readFile(out, 'utf8'));
  expect(json).toMatchObject({ incident: { id: 'inc-cup' }, summary: { grade: 'SEV2', status: 'Active' } });
  expect(json.markdown).toContain('# Incident Report: inc-cup');
  expect(await run('inc-none')).toMatchObject({ code: 1, stdout: 'No incident is called inc-none\n' });
}, 120_000);

test('ten thousand alerts are counted by the database, and only a few are read', async () => {
  await using store = await openStore();
  await openOne(store.db, 'cup');
  await store.db.run(
    `insert into remedyd.episodes (source, fingerprint, status, name, labels, annotations, opened_at, seen_at, deliveries,
       incident_id, current)
     select 'event', 'f' || i, case when i % 2 = 0 then 'firing' else 'resolved' end, 'alert-' || (i % 3), '{}',
       json_build_object('summary', repeat('x', 1000))::jsonb, $1, $1, 1, 'inc-cup', true
     from generate_series(1, 10000) i`,
    [new Date(NOW)],
  );
  const sources = {
    rulebook: createRulebook([]),
    remediations: new Map(),
    statusBaseUrl: null,
    runbookBaseUrl: null,
    debt: { heals: 5, within: 604_800_000 },
    postMortem: NEVER,
  };
  const view = await store.db.snapshot((sql) => readReport({ ...sources, sql }, 'inc-cup'));
  if (view === undefined) throw new Error('there is no such incident');
  expect(view).toMatchObject({ alertCount: 10_000, brokenAt: null });
  expect(view.alerts).toHaveLength(50);
  const report = writeReport(view, NOW + 60_000);
  expect(report).toContain('10000 in all: `alert-1` 3334 (1667 firing), `alert-0` 3333');
  expect(report).toContain('… and 9980 more');
}, 60_000);
