import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { formatFaults } from '../../../src/config/faults.ts';
import { loadRulebook } from '../../../src/rules/load.ts';
import { folder, remediations, rule, rulebookOf, WINDOWS } from './written.ts';

test('reads a rule with everything that a rule can say', async () => {
  const { rules } = await rulebookOf(`
name: phone-offline
description: A phone dropped off.
runbook: docs/runbooks/phones.md#offline
when:
  source: [alertmanager, event]
  match: ['alertname="phone:offline"', 'phone_id!=""']
  not: ['env="test"']
  for: 30s
severity: P2
mode: auto
priority: 5
do:
  - remediation: phones/reconnect
    with: { phone: { label: phone_id } }
  - remediation: queues/unblock
    with: { queue: outreach, most: 3, hard: { label: hard, default: true } }
target: { kind: phone, label: phone_id }
guards:
  cooldown: 10m
  budget: { runs: 2, per: 1d }
  concurrency: 2
  blast_radius: { max: 3 }
  storm: { firing: 8, within: 5m, calm: 10m }
  unless: ['alertname="timelinesai:down"']
  window: office-hours
verify: { within: 4m, every: 5s, hold: 1m }
approval: { from: leads, needs: 2, within: 5m }
escalate: { policy: oncall, after: 0s }
`);
  expect(rules).toMatchObject([
    {
      name: 'phone-offline',
      runbook: 'docs/runbooks/phones.md#offline',
      when: {
        source: ['alertmanager', 'event'],
        match: [{ name: 'alertname' }, { name: 'phone_id', operator: '!=' }],
        not: [[{ name: 'env' }]],
        for: 30_000,
      },
      severity: 'high',
      mode: 'auto',
      priority: 5,
      do: [
        { remediation: 'phones/reconnect', with: { phone: { label: 'phone_id' } } },
        {
          remediation: 'queues/unblock',
          with: { queue: { constant: 'outreach' }, most: { constant: 3 }, hard: { label: 'hard', fallback: true } },
        },
      ],
      target: { kind: 'phone', label: 'phone_id' },
      guards: {
        cooldown: 600_000,
        budget: { runs: 2, per: 86_400_000 },
        concurrency: 2,
        blastRadius: { max: 3, percent: null },
        storm: { firing: 8, within: 300_000, calm: 600_000 },
        unless: [[{ name: 'alertname', value: 'timelinesai:down' }]],
        window: 'office-hours',
      },
      verify: { within: 240_000, every: 5_000, hold: 60_000 },
      approval: { from: 'leads', needs: 2, within: 300_000 },
      escalate: { policy: 'oncall', after: 0 },
      origin: { line: 2, column: 5 },
    },
  ]);
});

test('is careful where a rule says nothing', async () => {
  const { rules } = await rulebookOf(rule('x', 'alertname="x"'));
  expect(rules).toMatchObject([
    {
      mode: 'propose',
      priority: 0,
      do: [],
      severity: null,
      target: null,
      verify: { within: null, every: null, hold: null },
      approval: null,
      when: { source: null, not: [], for: 0 },
      guards: {
        cooldown: 300_000,
        budget: { runs: 3, per: 3_600_000 },
        concurrency: 1,
        blastRadius: null,
        commonCause: null,
        flapping: { changes: 8, within: 1_800_000 },
        window: null,
      },
    },
  ]);
});

test('lets a rule that only observes tell nobody', async () => {
  const { rules } = await rulebookOf(
    `name: x\ndescription: X.\nwhen: { match: ['alertname="x"'] }\nmode: observe\nguards: { window: always }`,
  );
  expect(rules).toMatchObject([{ escalate: null, guards: { window: null } }]);
});

test('gives every fault of a folder at once, with its place and what to do', async () => {
  const loaded = await loadRulebook('test/fixtures/broken-rules', remediations, WINDOWS);
  if (!('faults' in loaded)) throw new Error('The broken rules were accepted');
  await expect(`${formatFaults(loaded.faults)}\n`).toMatchFileSnapshot('../../fixtures/broken-rules.txt');
  const broken = new Set(loaded.faults.map(({ file }) => file));
  expect(broken.size).toBe(24);
});

test("leaves the rules' own tests and other files alone", async () => {
  const path = await folder({ 'a.yaml': 'rules: []', 'a.test.yaml': 'cases: [', 'readme.md': '{', '.a.yaml.swp': 'x' });
  expect(await loadRulebook(path, remediations, WINDOWS)).toMatchObject({ rulebook: { rules: [] } });
});

test('says where the folder is missing, or a file is none', async () => {
  const path = await folder();
  await mkdir(join(path, 'nested.yaml'));
  expect(await loadRulebook(path, remediations, WINDOWS)).toMatchObject({ faults: [{ message: 'it is no file' }] });
  expect(await loadRulebook(join(path, 'none'), remediations, WINDOWS)).toMatchObject({
    faults: [{ file: join(path, 'none'), line: 1, message: expect.stringContaining('ENOENT') }],
  });
});

test.each([
  ['too large', 'x'.repeat(1024 * 1024 + 1), 'bytes'],
  ['nested too deeply', `rules: ${'['.repeat(20_000)}`, 'nested too deeply'],
  ['not UTF-8', new Uint8Array([0x72, 0x3a, 0xff, 0xfe]), 'UTF-8'],
])('refuses a file that is %s', async (_, content, message) => {
  const path = await folder({ 'a.yaml': content });
  expect(await loadRulebook(path, remediations, WINDOWS)).toMatchObject({
    faults: [{ file: join(path, 'a.yaml'), message: expect.stringContaining(message) }],
  });
});

test('finds the same name in two files', async () => {
  const text = `rules:\n  - ${rule('x', 'alertname="x"').replaceAll('\n', '\n    ')}\n`;
  const path = await folder({ 'a.yaml': text, 'b.yaml': text });
  expect(await loadRulebook(path, remediations, WINDOWS)).toMatchObject({
    faults: [
      {
        file: join(path, 'b.yaml'),
        line: 2,
        column: 11,
        message: expect.stringContaining(`${join(path, 'a.yaml')}:2`),
      },
    ],
  });
});

test('has a version that only what the rules say can change', async () => {
  const a = rule('a', 'alertname="a"');
  const b = rule('b', 'alertname="b"');
  const book = await rulebookOf(a, b);
  expect((await rulebookOf(b, `${a} # a comment`)).version).toBe(book.version);
  expect((await rulebookOf(a, rule('b', 'alertname="c"'))).version).not.toBe(book.version);
  expect((await rulebookOf(rule('a', 'alertname="a"', 'priority: 1'))).get('a')?.hash).not.toBe(book.get('a')?.hash);
});

test('finds an all-clear that no rule takes', async () => {
  const doing = (raise: string) =>
    `do: [{ remediation: phones/reconnect, with: { phone: { label: phone_id } }, all_clear: { after: 30m, raise: ${raise} } }]`;
  const a = rule('a', 'alertname="a"', doing('Calm'));
  const calm = rule('calm', 'alertname="Calm"');
  const files = (...rules: readonly string[]) =>
    folder({ 'a.yaml': `rules:\n${rules.map((one) => `  - ${one.replaceAll('\n', '\n    ')}\n`).join('')}` });
  const alone = await loadRulebook(await files(a), remediations, WINDOWS);
  expect(alone).toMatchObject({
    faults: [{ line: 2, message: expect.stringContaining("'Calm'"), fix: expect.stringContaining('alertname="Calm"') }],
  });
  const both = await loadRulebook(await files(a, calm), remediations, WINDOWS);
  expect('rulebook' in both && both.rulebook.get('a')?.do[0]?.allClear).toEqual({ after: 1_800_000, raise: 'Calm' });
});
