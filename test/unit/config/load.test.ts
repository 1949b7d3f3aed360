import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { z } from 'zod';
import { formatFaults } from '../../../src/config/faults.ts';
import { duration, secret, text } from '../../../src/config/fields.ts';
import { loadConfig, readEnvironment } from '../../../src/config/load.ts';

const schema = z.strictObject({
  queue: z.strictObject({ backend: z.enum(['postgres', 'redis']).default('postgres') }).prefault({}),
  slack: z.strictObject({ token: secret(), channel: text(), every: duration() }).optional(),
  policies: z.record(z.string(), z.strictObject({ levels: z.array(z.string()) })).default({}),
});

async function load(
  content: string,
  env: Readonly<Record<string, string>> = {},
  files: Readonly<Record<string, string>> = {},
) {
  const folder = await mkdtemp(join(tmpdir(), 'config-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  for (const [name, text] of Object.entries({ ...files, 'remedyd.yaml': content }))
    await writeFile(join(folder, name), text);
  return loadConfig({ file: join(folder, 'remedyd.yaml'), env, schema });
}

async function loaded(...from: Parameters<typeof load>) {
  const result = await load(...from);
  if ('faults' in result) throw new Error(formatFaults(result.faults));
  return result.config;
}

/** The faults, without the folder, which differs from run to run. */
async function faults(...from: Parameters<typeof load>): Promise<readonly string[]> {
  const result = await load(...from);
  if (!('faults' in result)) throw new Error('The config was accepted');
  return formatFaults(result.faults)
    .split('\n')
    .map((line) => line.replace(/^\/\S*\//, ''));
}

const slack = (token: string): string => `slack: { token: ${token}, channel: { env: CHANNEL }, every: 1m }\n`;

test('takes secrets from the environment and from files beside the config', async () => {
  const fromEnv = await loaded(slack('{ env: TOKEN }'), { TOKEN: 'xoxb-1', CHANNEL: '#ops' });
  expect(fromEnv.slack).toMatchObject({ channel: '#ops', every: 60_000 });
  expect(fromEnv.slack?.token.reveal()).toBe('xoxb-1');
  const fromFile = await loaded(slack('{ file: token.txt }'), { CHANNEL: '#ops' }, { 'token.txt': 'xoxb-2\n' });
  expect(fromFile.slack?.token.reveal()).toBe('xoxb-2');
});

test.each(['{ env: TOKEN }', '{ file: nowhere.txt }'])(
  'keeps a secret that is not set as a missing one: %s',
  async (token) => {
    const config = await loaded(slack(token), { CHANNEL: '#ops', TOKEN: '' });
    expect(config.slack?.token.missing).toBe(true);
  },
);

test('never shows a secret, wherever it is printed', async () => {
  const config = await loaded(slack('{ env: TOKEN }'), { TOKEN: 'xoxb-1', CHANNEL: '#ops' });
  expect(JSON.stringify(config)).not.toContain('xoxb-1');
  expect(`${config.slack?.token}`).toBe('[secret]');
});

test('is frozen to its depths', async () => {
  const config = await loaded('policies: { oncall: { levels: [a, b] } }');
  const levels = config.policies.oncall?.levels ?? [];
  expect(levels).toEqual(['a', 'b']);
  expect(() => levels.push('c')).toThrow(TypeError);
  expect(Object.isFrozen(config.queue)).toBe(true);
});

test('gives every fault at once, with its place and what to do', async () => {
  const content = [
    'queue: { bakend: redis, backend: kafka }',
    'slack:',
    '  token: xoxb-literal',
    '  channel: { env: CHANNEL }',
    '  every: soon',
    'policies:',
    '  oncall: { levles: [a] }',
    'polices: {}',
  ].join('\n');
  expect(await faults(content)).toEqual([
    "remedyd.yaml:1:10: unknown key 'bakend' in queue — did you mean 'backend'?",
    "remedyd.yaml:1:34: queue.backend: 'kafka' is not allowed — use one of postgres, redis",
    'remedyd.yaml:3:10: slack.token: a secret is never written here — write { env: NAME } or { file: PATH }',
    'remedyd.yaml:4:12: slack.channel: expected text, or { env: NAME } of a variable that is set',
    "remedyd.yaml:5:10: slack.every: 'soon' is no duration — write for example 30s, 5m, 1h30m or 2d",
    "remedyd.yaml:7:11: 'levels' is missing in policies.oncall — add 'levels:'",
    "remedyd.yaml:7:13: unknown key 'levles' in policies.oncall — did you mean 'levels'?",
    "remedyd.yaml:8:1: unknown key 'polices' — did you mean 'policies'?",
  ]);
});

test('does not repeat a secret that was pasted where its name belongs', async () => {
  const [fault, ...more] = await faults(slack('{ env: xoxb-12-pasted }'), { CHANNEL: '#ops' });
  expect(more).toEqual([]);
  expect(fault).toBe(
    'remedyd.yaml:1:24: this is no name of an environment variable — write { env: NAME } with the name of the variable, never its value',
  );
});

test('says where the file is missing', async () => {
  const result = await loadConfig({ file: '/nowhere/remedyd.yaml', env: {}, schema });
  expect(result).toMatchObject({
    faults: [{ file: '/nowhere/remedyd.yaml', line: 1, message: expect.stringContaining('ENOENT') }],
  });
});

test.each([
  ['an empty file', '', 'the file is empty'],
  ['broken YAML', 'queue: { backend: redis', 'Flow map'],
  ['the same key twice', 'queue: {}\nqueue: {}', 'this key stands twice'],
  ['a list', '- a', 'no map'],
])('refuses %s', async (_, content, message) => {
  expect((await faults(content)).join('\n')).toContain(message);
});

test('reads the environment', () => {
  const env = readEnvironment({
    NODE_ENV: 'production',
    DATABASE_URL: 'postgres://u:p@h/d',
    PORT: '0',
    HOST: ' ',
    LOG_LEVEL: 'debug',
  });
  expect(env).toMatchObject({
    production: true,
    configFile: 'config/remedyd.yaml',
    redisUrl: null,
    host: null,
    port: 0,
    logLevel: 'debug',
  });
  expect(env.databaseUrl?.reveal()).toBe('postgres://u:p@h/d');
  expect(JSON.stringify({ ...env, variables: null })).not.toContain('u:p');
  expect(readEnvironment({ REMEDYD_CONFIG: 'other.yaml' })).toMatchObject({
    production: false,
    configFile: 'other.yaml',
    port: null,
  });
});

test.each(['http', '-1', '65536', '80.5', '0x50'])('refuses PORT=%s', (PORT) => {
  expect(() => readEnvironment({ PORT })).toThrow(`PORT is '${PORT}'`);
});

test('says where a secret file is there and cannot be read', async () => {
  const [fault] = await faults(slack('{ file: . }'), { CHANNEL: '#ops' });
  expect(fault).toMatch(/^remedyd\.yaml:1:25: the file '\.' cannot be read: .*EISDIR.* — correct its permissions$/);
});
