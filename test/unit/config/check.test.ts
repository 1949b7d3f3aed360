import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { checkAll } from '../../../src/check.ts';
import { formatFaults } from '../../../src/config/faults.ts';
import { systemClock } from '../../../src/domain/time.ts';

const REMEDIATION = new URL('../../../src/remediation/index.ts', import.meta.url).href;

/** A remediation that needs this tool and reads `settings.limit`. */
const remediation = (need: string): string => `
import { defineRemediation, z } from '${REMEDIATION}';
export default defineRemediation({
  summary: 'Does nothing.',
  risk: 'low',
  params: z.strictObject({ host: z.string() }),
  settings: z.looseObject({ limit: z.number().optional() }),
  needs: ['${need}'],
  target: ({ host }) => ({ kind: 'host', id: host }),
  steps: [{ name: 'look', effect: 'reads', repeat: 'safe', timeout: '1s', run: async () => null }],
  verify: { within: '1m', every: '1s', holdFor: '1m', probe: async () => ({ healthy: true, evidence: {} }) },
});
`;

const rules = (name: string): string =>
  `rules:\n  - name: disk\n    description: Full.\n    when: { match: ['alertname="Disk"'] }\n    mode: auto\n    do: [{ remediation: ${name}, with: { host: { label: host } } }]\n`;

/** What a check of these files says, without the folder, which differs from run to run. */
async function check(files: Readonly<Record<string, string>>) {
  const folder = await mkdtemp(join(tmpdir(), 'check-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  for (const [name, content] of Object.entries(files)) {
    await mkdir(dirname(join(folder, name)), { recursive: true });
    await writeFile(join(folder, name), content);
  }
  const { faults, ...counts } = await checkAll({
    configFile: join(folder, 'remedyd.yaml'),
    env: {},
    clock: systemClock,
    rulesDir: join(folder, 'rules'),
    remediationsDir: join(folder, 'remediations'),
  });
  return {
    ...counts,
    faults: faults.length === 0 ? [] : formatFaults(faults).replaceAll(`${folder}/`, '').split('\n'),
  };
}

test('says nothing where the service would start', async () => {
  expect(
    await check({
      'remedyd.yaml': 'settings: { limit: 3 }\ntools: { redis: { url: "redis://127.0.0.1:1" } }\n',
      'remediations/disks/clean.ts': remediation('redis'),
      'rules/disks.yaml': rules('disks/clean'),
    }),
  ).toEqual({ faults: [], remediations: 1, rules: 1, tests: 0 });
});

test('says at once what is wrong with the config, the remediations and the rules', async () => {
  const { faults } = await check({
    'remedyd.yaml': 'severs: {}\n',
    'remediations/disks/clean.ts': 'export default 1;\n',
    'rules/disks.yaml': `${rules('disks/clean')}    mdoe: auto\n`,
  });
  expect(faults).toEqual([
    expect.stringMatching(/^remediations\/disks\/clean\.ts:1:1: its default export is no remediation — /),
    "remedyd.yaml:1:1: unknown key 'severs' — did you mean 'server'?",
    "rules/disks.yaml:7:5: unknown key 'mdoe' — did you mean 'mode'?",
  ]);
});

test('says which time or rule of a maintenance does not exist', async () => {
  const files = {
    'remediations/disks/clean.ts': remediation('redis'),
    'rules/disks.yaml': rules('disks/clean'),
  };
  const tools = 'tools: { redis: { url: "redis://127.0.0.1:1" } }\n';
  const nights =
    'time_intervals: [{ name: nights, time_intervals: [{ times: [{ start_time: "00:00", end_time: "06:00" }] }] }]\n';
  const maintenance = (at: string, rule: string) =>
    `maintenance:\n  - name: move\n    at: [${at}]\n    rules: [${rule}]\n`;
  const said = async (at: string, rule: string) =>
    (await check({ ...files, 'remedyd.yaml': `${tools}${nights}${maintenance(at, rule)}` })).faults;
  expect(await said('nights', 'disk')).toEqual([]);
  expect(await said('nights', 'dsik')).toEqual(["remedyd.yaml:6:13: there is no rule 'dsik' — did you mean 'disk'?"]);
  expect(await said('nihgts', 'disk')).toEqual([
    expect.stringMatching(/^remedyd\.yaml:5:10: .*there is no time interval 'nihgts' — add it to time_intervals/),
  ]);
});

test('says where a remediation, its tool or its settings do not fit the config', async () => {
  const { faults } = await check({
    'remedyd.yaml': 'tools: { redis: { url: "redis://127.0.0.1:1" } }\nsettings:\n  limit: many\n',
    'remediations/disks/clean.ts': remediation('reddis'),
    'rules/disks.yaml': rules('disks/claen'),
  });
  expect(faults).toEqual([
    expect.stringMatching(/^remediations\/disks\/clean\.ts:1:1: it needs the tool 'reddis'.* — .*'redis'/),
    expect.stringMatching(/^remedyd\.yaml:3:10: settings\.limit: .* — correct it in the config/),
    "rules/disks.yaml:6:25: there is no remediation 'disks/claen' — did you mean 'disks/clean'?",
  ]);
});

test('says where everything is missing', async () => {
  const { faults } = await check({});
  expect(faults).toHaveLength(3);
  expect(faults.every((fault) => fault.includes('ENOENT'))).toBe(true);
});

describe('named times', () => {
  const windowed = `${rules('disks/clean')}    guards: { window: nigths }\n`;
  const times = (start: string) =>
    `tools: { redis: { url: "redis://127.0.0.1:1" } }\ntime_intervals:\n  - name: nights\n    time_intervals:\n      - times: [{ start_time: '${start}', end_time: '24:00' }]\n`;

  test('a rule names one that the config does not have', async () => {
    const { faults } = await check({
      'remedyd.yaml': times('22:00'),
      'remediations/disks/clean.ts': remediation('redis'),
      'rules/disks.yaml': windowed,
    });
    expect(faults).toEqual([
      "rules/disks.yaml:7:23: there is no time interval 'nigths' — did you mean 'nights'? (time_intervals of the config)",
    ]);
  });

  test('the config has a faulty one: it is told at its place, and the rule is not blamed for it', async () => {
    const { faults } = await check({
      'remedyd.yaml': times('22.00'),
      'remediations/disks/clean.ts': remediation('redis'),
      'rules/disks.yaml': windowed,
    });
    expect(faults).toEqual([expect.stringMatching(/^remedyd\.yaml:5:31: .*'22\.00' is no time of day — write it as/)]);
  });
});

describe('who may answer', () => {
  const rule = (...more: readonly string[]) =>
    [rules('disks/clean').replace('    mode: auto\n', ''), ...more.map((line) => `    ${line}\n`)].join('');
  const faultsOf = async (config: string, written: string) =>
    (
      await check({
        'remedyd.yaml': `tools: { redis: { url: "redis://127.0.0.1:1" } }\n${config}\n`,
        'remediations/disks/clean.ts': remediation('redis'),
        'rules/disks.yaml': written,
      })
    ).faults;
  const asks = (from: string, needs = 1) => `approval: { from: ${from}, needs: ${needs}, within: 5m }`;
  const people = 'people: { oncall: { users: [U0ANNA, U0BOB] }, leads: { groups: [S0LEADS] } }';

  test.each([
    [
      'a rule that asks and names nobody, with nobody in the config',
      '',
      rule('mode: propose'),
      /rules\/disks\.yaml:2:11: .*there is no approver/,
    ],
    [
      'a group that does not exist',
      people,
      rule(asks('oncal')),
      /there is no group of people 'oncal' — did you mean 'oncall'\?/,
    ],
    ['more people than there are', people, rule(asks('oncall', 3)), /it needs 3 people, and 'oncall' has 2/],
    [
      'a group without anybody',
      'people: { oncall: {} }',
      rule(asks('oncall')),
      /people\.oncall: nobody is in it, so there is no approver/,
    ],
    [
      'a config that lets an unknown group answer',
      `${people}\napproval: { from: leeds }`,
      rule(asks('oncall')),
      /there is no group of people 'leeds' — did you mean 'leads'\?/,
    ],
    [
      'an id that is none of Slack',
      'people: { oncall: { users: [anna] } }',
      rule(asks('oncall')),
      /expected a Slack user id/,
    ],
  ])('%s is a fault', async (_what, config, written, expected) => {
    expect(await faultsOf(config, written)).toEqual(expect.arrayContaining([expect.stringMatching(expected)]));
  });

  test.each([
    ['a rule that names a group', people, rule(asks('oncall', 2))],
    ['a user group of Slack, which may have any number', people, rule(asks('leads', 7))],
    ['a rule that leaves it to the config', `${people}\napproval: { from: oncall }`, rule('mode: propose')],
    ['a rule that only observes', '', rule('mode: observe')],
    ['a rule that asks nobody', '', rule('mode: auto')],
  ])('%s is none', async (_what, config, written) => {
    expect(await faultsOf(config, written)).toEqual([]);
  });
});

test('says where a group of people names a rotation that is not there, or in which nobody could answer', async () => {
  const { faults } = await check({
    'remedyd.yaml': `
people:
  oncall: { rotations: [oncal] }
  night: { rotations: [silent] }
  nobody: {}
escalation:
  rotations:
    - { name: oncall, zone: UTC, since: '2026-01-05', members: [{ name: Anna, slack: U0ANNA }] }
    - { name: silent, zone: UTC, since: '2026-01-05', members: [{ name: Bob }] }
`,
    'remediations/disks/clean.ts': remediation('redis'),
    'rules/disks.yaml': rules('disks/clean'),
  });
  expect(faults.filter((line) => line.startsWith('remedyd.yaml'))).toMatchInlineSnapshot(`
    [
      "remedyd.yaml:3:25: people.oncall.rotations[0]: there is no rotation 'oncal' — did you mean 'oncall'?",
      "remedyd.yaml:4:24: people.night.rotations[0]: nobody of the rotation 'silent' has a Slack id, so nobody could answer — add slack: U… to its members",
      "remedyd.yaml:5:11: people.nobody: nobody is in it, so there is no approver — add users, groups or rotations",
    ]
  `);
});

test('needs no more answers than there are people on call at once', async () => {
  const members = ['Anna', 'Bob', 'Cora'].map((name) => `{ name: ${name}, slack: U0${name.toUpperCase()} }`);
  const config = (needs: number) => ({
    'remedyd.yaml': `
settings: { limit: 3 }
tools: { redis: { url: "redis://127.0.0.1:1" } }
people: { oncall: { rotations: [oncall] } }
escalation:
  rotations: [{ name: oncall, zone: UTC, since: '2026-01-05', members: [${members.join(', ')}] }]
`,
    'remediations/disks/clean.ts': remediation('redis'),
    'rules/disks.yaml': `${rules('disks/clean')}    approval: { from: oncall, needs: ${needs} }\n`,
  });
  expect((await check(config(2))).faults).toEqual([]);
  expect((await check(config(3))).faults).toMatchInlineSnapshot(`
    [
      "rules/disks.yaml:7:38: it needs 3 people, and 'oncall' has 2 — add people to it, or need fewer",
    ]
  `);
});
