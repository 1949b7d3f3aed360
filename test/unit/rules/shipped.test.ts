import { readFileSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { formatFaults } from '../../../src/config/faults.ts';
import type { Alert } from '../../../src/domain/alert.ts';
import { loadRemediations } from '../../../src/remediation/registry.ts';
import { loadRulebook } from '../../../src/rules/load.ts';
import { matchAlert } from '../../../src/rules/match.ts';
import { alert } from './written.ts';

const remediations = await loadRemediations('remediations');
const loaded = await loadRulebook('rules', remediations, []);
if ('faults' in loaded) throw new Error(formatFaults(loaded.faults));
const { rulebook } = loaded;

const event = (name: string, labels: Readonly<Record<string, string>>): Alert =>
  alert(name, labels, { source: 'event' });
const fromPrometheus = (name: string, labels: Readonly<Record<string, string>>): Alert =>
  alert(name, { alertname: name, ...labels });

test.each([
  [event('phone:offline', { phone_id: 'phone_07' }), 'phone-offline', 'phone:phone_07', 'high', 15],
  [event('queue:backlog', { queue: 'q:wa:phone_07' }), 'queue-backlog', 'queue:q:wa:phone_07', 'medium', 30],
  [
    fromPrometheus('HighQueueDepth', { queue: 'bronze:ingest:csv' }),
    'queue-backlog',
    'queue:bronze:ingest:csv',
    'medium',
    30,
  ],
  [fromPrometheus('CriticalQueueDepth', { queue: 'graph' }), 'queue-depth-critical', 'queue:graph', 'critical', 0],
  [fromPrometheus('HighChurnQueueBacklog', { queue: 'churn' }), 'churn-queue-backlog', 'queue:churn', 'medium', 30],
  [
    fromPrometheus('WorkerDown', { service: 'workers-outreach' }),
    'worker-down',
    'service:workers-outreach',
    'critical',
    0,
  ],
  [
    fromPrometheus('SentimentWorkerDown', { queue: 'sentiment' }),
    'sentiment-worker-down',
    'service:sentiment-worker',
    'critical',
    0,
  ],
  [fromPrometheus('AgentNotResponding', {}), 'agent-not-responding', 'service:ai-agent-core', 'high', 15],
  [
    fromPrometheus('HITLSlaBreach', { approval_type: 'dedup_review' }),
    'approvals-overdue',
    'reviews:approval_tasks',
    'medium',
    60,
  ],
  [fromPrometheus('HITLSLABreaches', {}), 'approvals-overdue', 'reviews:approval_tasks', 'medium', 60],
  [event('sla:breach', {}), 'reviews-overdue', 'reviews:human_review_queue', 'medium', 60],
  [fromPrometheus('EnrichmentStalled', { source: 'anaf' }), 'enrichment-stalled', 'source:anaf', 'critical', 0],
  [event('CircuitOpen', { source: 'anaf' }), 'circuit-open', 'source:anaf', 'medium', 30],
  [fromPrometheus('HighEnrichmentErrorRate', { source: 'termene' }), 'circuit-open', 'source:termene', 'medium', 30],
] as const)('an alert of the runbooks is taken: $1 on $2', (given, name, target, severity, minutes) => {
  const match = matchAlert(rulebook, remediations, given);
  if (match.kind !== 'rule') throw new Error(`Expected a rule, got ${JSON.stringify(match)}`);
  expect(match.rule).toMatchObject({ name, severity, escalate: { after: minutes * 60_000 } });
  expect(`${match.target.kind}:${match.target.id}`).toBe(target);
});

test('a label that is a command reaches no remediation', () => {
  const given = event('phone:offline', { phone_id: 'phone_07; reboot' });
  expect(matchAlert(rulebook, remediations, given)).toMatchObject({ kind: 'invalid', rule: { name: 'phone-offline' } });
});

test('every rule links to a heading of a runbook', async () => {
  const headings = new Set<string>();
  for (const file of await readdir('docs/runbooks')) {
    const text = readFileSync(`docs/runbooks/${file}`, 'utf8');
    for (const [, heading = ''] of text.matchAll(/^## (.+)$/gm)) {
      headings.add(`docs/runbooks/${file}#${heading.toLowerCase().replaceAll(' ', '-')}`);
    }
  }
  for (const { name, runbook } of rulebook.rules) expect([name, headings.has(runbook ?? '')]).toEqual([name, true]);
});

test('every rule stands in the runbook that it links to', () => {
  for (const { name, runbook } of rulebook.rules) {
    const text = readFileSync((runbook ?? '').replace(/#.*/, ''), 'utf8');
    expect([name, text.includes(`\`${name}\``)]).toEqual([name, true]);
  }
});

test('every file of rules names the schema for editors', async () => {
  for (const file of (await readdir('rules')).filter((name) => name.endsWith('.yaml'))) {
    const text = readFileSync(`rules/${file}`, 'utf8');
    const schema = file.endsWith('.test.yaml') ? 'rule-tests' : 'rules';
    expect([
      file,
      text.startsWith(`# yaml-language-server: $schema=../config/${schema}.schema.json
`),
    ]).toEqual([file, true]);
    expect(parse(text)).toHaveProperty(file.endsWith('.test.yaml') ? 'tests' : 'rules');
  }
});
