import { expect, test } from 'vitest';
import { writeReport } from '../../../src/report/write.ts';
import { textOf } from '../docs/files.ts';
import { at } from '../notify/views.ts';
import { history, reportView } from './reports.ts';

const LATER = at('03:40:00');

const section = (report: string, title: string) =>
  (report.split(`\n## ${title}\n`)[1] ?? '').split('\n## ')[0]?.trim() ?? '';

test('what a person had to end', async () => {
  await expect(writeReport(reportView(), LATER)).toMatchFileSnapshot('snapshots/ended-by-a-person.txt');
});

test('the example in the docs is what is written', async () => {
  expect(await textOf('docs/reports.md')).toContain(`\`\`\`\`text\n${writeReport(reportView(), LATER)}\`\`\`\``);
});

test('what healed by itself, and comes back all the time', async () => {
  const healed = reportView(
    {
      state: 'healed',
      reason: 'held',
      pagedAt: null,
      ackedBy: null,
      ackedAt: null,
      recurrenceOf: 'inc-1kb2f3w-aaaaaaaa',
    },
    {
      runs: [
        {
          id: 'run-1kb2f3x-00000002',
          remediation: 'phones/reconnect',
          summary: 'Reconnects one WhatsApp phone through the API and resumes sending.',
          outcome: 'held',
          why: null,
          startedAt: at('03:03:10'),
          endedAt: at('03:31:00'),
          steps: [
            { name: 'diagnose', phase: 'ended', result: { status: 'disconnected' }, error: null },
            { name: 'reconnect', phase: 'ended', result: null, error: null },
          ],
        },
      ],
      timeline: history.slice(0, 2),
      debt: { heals: 6, within: 7 * 86_400_000 },
      postMortemDueAt: null,
    },
  );
  await expect(writeReport(healed, LATER)).toMatchFileSnapshot('snapshots/healed.txt');
});

test('what is open, with a step that was cut off', async () => {
  const open = reportView(
    {
      state: 'escalated',
      reason: 'unknown',
      endedAt: null,
      firing: true,
      ackedBy: null,
      ackedAt: null,
      severity: 'critical',
    },
    {
      rule: null,
      runs: [
        {
          id: 'run-1kb2f3x-00000003',
          remediation: 'phones/reconnect',
          summary: null,
          outcome: 'unknown',
          why: 'the process died in the middle of it',
          startedAt: at('03:03:10'),
          endedAt: at('03:04:12'),
          steps: [{ name: 'reconnect', phase: 'begun', result: null, error: null }],
        },
      ],
      timeline: history.slice(0, 4),
      evidence: [],
      postMortemDueAt: null,
      runbook: null,
      statusUrl: null,
    },
  );
  await expect(writeReport(open, LATER)).toMatchFileSnapshot('snapshots/open.txt');
});

test('a timeline that somebody changed is not told as if it were whole', () => {
  const report = writeReport(reportView({}, { brokenAt: 4 }), LATER);
  expect(section(report, 'Timeline')).toContain('**The chain of hashes breaks at entry 4 of 10.**');
  expect(section(report, 'Action Items')).toContain('- [ ] Find out who changed the timeline');
  expect(report).not.toContain('is whole');
});

test('only what is gone and not yet proved to stay away is mitigated', () => {
  const standing = (change: object) => /\*\*Status:\*\* (\w+)/.exec(writeReport(reportView(change), LATER))?.[1];
  expect(standing({})).toBe('Resolved');
  expect(standing({ state: 'verifying', endedAt: null, firing: false })).toBe('Mitigated');
  expect(standing({ state: 'escalated', endedAt: null, firing: true })).toBe('Active');
});

test('a noted post-mortem is neither due any more nor lost', () => {
  const noted = { by: 'ana', via: 'Slack', about: 'post-mortem', text: 'https://wiki.example.com/pm-12' };
  const timeline = [...history, { at: LATER, type: 'noted', reason: null, summary: 'ana noted it', data: noted }];
  const report = writeReport(reportView({}, { timeline }), LATER);
  expect(section(report, 'Summary')).toContain('- **Post-mortem:** `https://wiki.example.com/pm-12` – ana');
  expect(section(report, 'Action Items')).not.toContain('post-mortem');
});

test('secrets do not stand in it, wherever they came from', () => {
  const secret = 'hunter2hunter2';
  const run = reportView().runs[0];
  const report = writeReport(
    reportView(
      {},
      {
        alerts: [
          {
            source: 'event',
            status: 'firing',
            name: 'x',
            labels: { api_key: secret },
            annotations: { summary: `password=${secret}` },
            startsAt: null,
          },
        ],
        evidence: [{ at: LATER, from: 'logs', data: { line: `Authorization: Bearer ${secret}` } }],
        runs: run === undefined ? [] : [{ ...run, why: `postgres://u:${secret}@db answered nothing` }],
        timeline: [{ at: LATER, type: 'noted', reason: null, summary: `token: ${secret}`, data: {} }],
      },
    ),
    LATER,
  );
  expect(report).not.toContain(secret);
});

test('ten thousand alerts, a megabyte of annotation and five thousand entries stay readable, and it says what is left out', () => {
  const huge = 'x'.repeat(1_000_000);
  const [first] = reportView().alerts;
  const [run] = reportView().runs;
  if (first === undefined || run === undefined) throw new Error('there is nothing to multiply');
  const labels = Object.fromEntries(Array.from({ length: 200 }, (_, i) => [`label_${i}`, huge]));
  const report = writeReport(
    reportView(
      {},
      {
        alertCount: 10_000,
        alertNames: Array.from({ length: 1_000 }, (_, i) => ({ name: `alert-${i}`, count: 10, firing: 1 })),
        alerts: Array.from({ length: 50 }, () => ({ ...first, labels, annotations: { summary: huge } })),
        runs: Array.from({ length: 100 }, () => ({ ...run, why: huge })),
        evidence: Array.from({ length: 500 }, () => ({ at: LATER, from: huge, data: { found: huge } })),
        timeline: Array.from({ length: 5_000 }, (_, i) => ({
          at: LATER + i,
          type: 'attached',
          reason: null,
          summary: huge,
          data: {},
        })),
      },
    ),
    LATER,
  );
  expect(report.length).toBeLessThan(300_000);
  expect(report).toContain('4800 entries are left out here');
  expect(report).toContain('85 earlier runs are left out');
  expect(report).toContain('440 earlier findings are left out');
  expect(report).toContain('and 9980 more');
  expect(report).toContain('and 980 more names');
});
