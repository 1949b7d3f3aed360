import { expect, test } from 'vitest';
import { z } from 'zod';
import { loadConfig } from '../../../src/config/load.ts';
import { probesSchema } from '../../../src/probe/config.ts';

const good = { name: 'api', kind: 'http', url: 'http://127.0.0.1:8080/health' };

test('what is left out has sensible defaults', () => {
  expect(probesSchema.parse([good])).toMatchInlineSnapshot(`
    [
      {
        "every": 30000,
        "expect": {
          "status": [
            200,
          ],
        },
        "fail_after": 3,
        "headers": {},
        "jitter": 2000,
        "kind": "http",
        "labels": {},
        "method": "GET",
        "name": "api",
        "pass_after": 2,
        "severity": "high",
        "timeout": 5000,
        "url": "http://127.0.0.1:8080/health",
      },
    ]
  `);
});

test.each([
  ['two of one name', [good, good], /another probe is named 'api'/],
  ['a name that is no label', [{ ...good, name: 'API server' }], /expected a name/],
  ['a file', [{ ...good, url: 'file:///etc/passwd' }], /http:\/\//],
  ['an interval without unit', [{ ...good, every: '30' }], /no duration/],
  ['an interval of nothing', [{ ...good, every: '10ms', jitter: '0', timeout: '5ms' }], /at least 1s/],
  ['jitter as long as the interval', [{ ...good, every: '10s', jitter: '10s' }], /shorter than every/],
  ['a timeout longer than the interval', [{ ...good, every: '10s', timeout: '11s' }], /no longer than every/],
  ['JSON in an answer without body', [{ ...good, method: 'HEAD', expect: { json: { a: 1 } } }], /no body/],
  ['labels that are its own', [{ ...good, labels: { probe: 'x' } }], /set by the probe/],
  ['a password written down', [{ ...good, auth: { bearer: 'hunter2' } }], /auth|union|input/i],
  ['a key nobody knows', [{ ...good, interval: '10s' }], /interval/],
])('the config refuses %s', (_, probes, why) => {
  expect(() => probesSchema.parse(probes)).toThrow(why);
});

test('the example is a valid config', async () => {
  const loaded = await loadConfig({
    file: 'config/probes.example.yaml',
    env: {},
    schema: z.strictObject({ probes: probesSchema }),
  });
  expect('faults' in loaded ? loaded.faults : loaded.config.probes.map(({ name }) => name)).toEqual([
    'api',
    'redis',
    'postgres',
    'graph',
    'llm',
  ]);
});
