import { existsSync } from 'node:fs';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { configSchema } from '../../../src/config/schema.ts';
import { parseDuration } from '../../../src/domain/duration.ts';
import { pathOf, textOf } from './files.ts';

interface Service {
  readonly environment?: Readonly<Record<string, string>>;
  readonly volumes?: readonly string[];
  readonly secrets?: readonly string[];
  readonly stop_grace_period?: string;
  readonly healthcheck?: object;
}

interface Compose {
  readonly services: Readonly<Record<string, Service>>;
  readonly volumes: Readonly<Record<string, unknown>>;
  readonly secrets: Readonly<Record<string, { readonly environment: string }>>;
}

const text = await textOf('compose.yaml');
const compose = parse(text) as Compose;
const dockerfile = await textOf('Dockerfile');
const ignored = await textOf('.dockerignore');
const envExample = new Set((await textOf('.env.example')).match(/^[A-Z_]+(?==)/gm));

test('every mount of compose.yaml is a file of the project or a declared volume', () => {
  for (const { volumes = [] } of Object.values(compose.services)) {
    for (const source of volumes.map((mount) => mount.split(':')[0] ?? '')) {
      if (source.startsWith('./')) expect(existsSync(pathOf(source)), source).toBe(true);
      else expect(Object.keys(compose.volumes)).toContain(source);
    }
  }
});

test('every variable of compose.yaml, and every secret of the config, stands in .env.example', async () => {
  const config = await textOf('config/remedyd.yaml');
  const wanted = [
    ...[...text.matchAll(/\$\{(\w+)/g)].map((found) => found[1]),
    ...Object.values(compose.secrets).map((secret) => secret.environment),
    // Comments apart.
    ...[...config.matchAll(/^[^#\n]*\{ env: (\w+) \}/gm)].map((found) => found[1]),
  ];
  expect(new Set(wanted)).toEqual(envExample);
});

test('what the Dockerfile copies exists and is not ignored', () => {
  const copied = [...dockerfile.matchAll(/^COPY (?!--from)(.+) \S+$/gm)].flatMap((found) =>
    (found[1] ?? '').split(' '),
  );
  expect(copied).not.toEqual([]);
  for (const source of copied) {
    expect(existsSync(pathOf(source)), source).toBe(true);
    expect(ignored.split('\n')).toContain(`!${source}`);
  }
});

test('a container gets more time to stop than the service takes', () => {
  const { grace } = configSchema.parse({}).stop;
  expect(parseDuration(compose.services.remedyd?.stop_grace_period ?? '0s')).toBeGreaterThan(grace);
});

test('every service has a health check', () => {
  for (const [name, service] of Object.entries(compose.services)) {
    if (name !== 'remedyd') expect(service.healthcheck, name).toBeDefined();
  }
  expect(dockerfile).toContain('HEALTHCHECK');
});

test('Alertmanager sends to the service, with the secret that compose mounts', async () => {
  const alertmanager = await textOf('config/alertmanager/alertmanager.yml');
  expect(alertmanager).toContain('http://remedyd:8080/webhooks/alertmanager');
  expect(compose.services.alertmanager?.secrets).toEqual(['webhook_token']);
  expect(alertmanager).toContain('/run/secrets/webhook_token');
  const prometheus = await textOf('config/prometheus/prometheus.yml');
  expect(prometheus).toContain('alertmanager:9093');
});
