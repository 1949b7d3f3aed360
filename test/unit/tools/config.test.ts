import { expect, test } from 'vitest';
import { systemClock } from '../../../src/domain/time.ts';
import { toolsSchema } from '../../../src/tools/config.ts';
import { createToolbox } from '../../../src/tools/toolbox.ts';
import { secretOf } from '../../support/toolbox.ts';

const messages = (config: unknown) =>
  toolsSchema.safeParse(config).error?.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`) ?? [];

test('an empty block has no tools', () => {
  expect(createToolbox(toolsSchema.parse({}), systemClock).available).toEqual([]);
});

test('what the config has is available, APIs by their names', () => {
  const config = toolsSchema.parse({
    apis: { cerniq: { base_url: 'http://localhost:64000', token: secretOf('x') } },
    redis: { url: 'redis://localhost' },
    bullmq: {},
    postgres: { url: 'postgres://localhost/cerniq' },
    services: { driver: 'docker', project: 'cerniq' },
    prometheus: { url: 'http://localhost:9090' },
  });
  expect(createToolbox(config, systemClock).available.toSorted()).toEqual([
    'bullmq',
    'cerniq',
    'postgres',
    'prometheus',
    'redis',
    'services',
  ]);
});

test.each([
  ['an unknown key', { shell: {} }, 'shell'],
  ['a token that is written down', { apis: { a: { base_url: 'http://x', token: 'abc' } } }, 'never written here'],
  [
    'two ways to authenticate',
    { apis: { a: { base_url: 'http://x', token: secretOf('x'), basic: { user: 'u', password: secretOf('p') } } } },
    'either token or basic',
  ],
  ['an API named like a tool', { apis: { redis: { base_url: 'http://x' } } }, 'built-in tool'],
  ['another protocol', { apis: { a: { base_url: 'file:///etc/passwd' } } }, 'http:// or https://'],
  ['queues without a Redis', { bullmq: {} }, 'neither bullmq.url nor redis.url'],
  ['another platform', { services: { driver: 'ssh' } }, 'services'],
  ['limits upside down', { services: { driver: 'pm2', scale: { workers: { min: 3, max: 2 } } } }, 'more than max'],
])('refuses %s', (_, config, said) => {
  expect(messages(config).join('\n')).toContain(said);
});
