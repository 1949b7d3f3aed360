import { chmod, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import type { ContainerSpec } from '../../support/fakes/docker/container.ts';
import { startDocker } from '../../support/fakes/docker/docker.ts';
import { temporaryFolder } from '../../support/services/folder.ts';
import { openToolbox } from '../../support/toolbox.ts';

const cleanUps: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).reverse()) await cleanUp();
});

async function docker(containers: readonly ContainerSpec[], more: object = {}, onSocket = false) {
  const folder = await temporaryFolder('docker');
  cleanUps.push(folder.remove);
  const socket = join(folder.path, 'docker.sock');
  const fake = await startDocker({ containers, ...(onSocket ? { socket } : {}) });
  cleanUps.push(fake.stop);
  const host = onSocket ? `unix://${socket}` : fake.url;
  const box = openToolbox({ services: { driver: 'docker', project: 'cerniq', host, stop_timeout: '2s', ...more } });
  cleanUps.push(box.toolbox.close);
  return { fake, folder: folder.path, ...box };
}

const line = (second: number, text: string, stream: 'stdout' | 'stderr' = 'stdout') => ({
  stream,
  text,
  at: new Date(Date.UTC(2026, 0, 18, 10, 0, second)),
});

describe.each([true, false])('Compose services (unix socket: %s)', (onSocket) => {
  test('are listed by project and service, without one-off containers', async () => {
    const { tools } = await docker(
      [
        { service: 'workers', number: 1 },
        { service: 'workers', number: 2, health: 'unhealthy' },
        { service: 'workers', number: 3, running: false },
        { service: 'workers', number: 4, health: 'none' },
        { service: 'workers', number: 5, health: 'starting' },
        { service: 'workers', oneoff: true },
        { service: 'workers', project: 'another' },
        { service: 'workers-outreach' },
      ],
      {},
      onSocket,
    );
    const listed = await tools.services.list('workers');
    expect(listed.map(({ state, healthy }) => [state, healthy])).toEqual([
      ['running', true],
      ['running', false],
      ['errored', false],
      ['running', null],
      ['starting', false],
    ]);
    expect(listed[0]?.startedAt).toBeGreaterThan(0);
    expect(listed[2]?.startedAt).toBeNull();
    expect(await tools.services.list('nosuch')).toEqual([]);
  });

  test('are restarted, every container of them and no other', async () => {
    const { fake, tools } = await docker(
      [
        { service: 'workers', number: 1, health: 'unhealthy' },
        { service: 'workers', number: 2 },
        { service: 'workers', oneoff: true },
        { service: 'workers', project: 'another' },
      ],
      {},
      onSocket,
    );
    await tools.services.restart('workers');
    expect(fake.containers.map((one) => one.restarts)).toEqual([1, 1, 0, 0]);
    expect((await tools.services.list('workers')).every((one) => one.healthy)).toBe(true);
    expect(fake.requests.find(({ method }) => method === 'POST')?.query).toEqual({ t: '2' });
  });

  test('show the last lines of all their containers in the order of time', async () => {
    const { tools } = await docker(
      [
        { service: 'workers', number: 1, logs: [line(1, 'one'), line(3, 'three', 'stderr'), line(5, 'five')] },
        { service: 'workers', number: 2, logs: [line(2, 'two'), line(4, 'password=hunter2')] },
      ],
      {},
      onSocket,
    );
    const lines = await tools.services.logs('workers', 4);
    expect(lines.map((text) => text.split(' ').slice(1).join(' '))).toEqual([
      'two',
      'three',
      'password=hunter2',
      'five',
    ]);
  });
});

test('log lines lose their secrets on the way to the evidence', async () => {
  const { tools, calls } = await docker([{ service: 'workers', logs: [line(1, 'password=hunter2')] }]);
  await tools.services.logs('workers', 10);
  expect(JSON.stringify(calls)).toContain('password=[redacted]');
  expect(JSON.stringify(calls)).not.toContain('hunter2');
});

test('the engine’s own words reach the caller', async () => {
  const { tools } = await docker([{ service: 'workers', restartFails: 'cannot restart: device is busy' }]);
  await expect(tools.services.restart('workers')).rejects.toThrow(
    'Docker answered 500: cannot restart: device is busy',
  );
});

test('a service that is not there cannot be restarted', async () => {
  const { tools } = await docker([]);
  await expect(tools.services.restart('workers')).rejects.toThrow("there is no service 'workers'");
});

test('protected services are restarted only where that is approved', async () => {
  const { fake, tools } = await docker([{ service: 'postgres' }]);
  await expect(tools.services.restart('postgres')).rejects.toThrow("'postgres' is protected");
  expect(fake.requests).toEqual([]);
  await tools.services.restart('postgres', { approved: true });
  expect(fake.containers[0]?.restarts).toBe(1);
});

test.each(['', 'all', 'ALL', '/api/', '0', '17', '--rm', 'a b', 'a;b', '$(x)', 'x.js', 'a/b', '*'])(
  'refuses the name %j',
  async (name) => {
    const { fake, tools } = await docker([{ service: 'workers' }]);
    await expect(tools.services.restart(name)).rejects.toThrow('is no name of one service');
    await expect(tools.services.list(name)).rejects.toThrow('is no name of one service');
    expect(fake.requests).toEqual([]);
  },
);

describe('scaling', () => {
  const scale = { workers: { min: 1, max: 3 } };

  test('is refused without limits, beyond them, and without the files of the project', async () => {
    const { tools } = await docker([{ service: 'workers' }, { service: 'api' }], { scale });
    await expect(tools.services.scale('api', 2)).rejects.toThrow('no limits in tools.services.scale');
    await expect(tools.services.scale('workers', 4)).rejects.toThrow('1 to 3 are allowed');
    await expect(tools.services.scale('workers', 0)).rejects.toThrow('1 to 3 are allowed');
    await expect(tools.services.scale('workers', 1.5)).rejects.toThrow('1 to 3 are allowed');
    await expect(tools.services.scale('workers', 2)).rejects.toThrow('tools.services.compose');
  });

  test('runs docker compose with a list of arguments and none of our environment', async () => {
    const { fake, folder } = await docker([{ service: 'workers' }]);
    const command = join(folder, 'docker');
    const seen = join(folder, 'seen');
    await writeFile(command, `#!/bin/sh\nprintf '%s\\n' "$@" > ${seen}\nenv >> ${seen}\n`);
    await chmod(command, 0o755);
    const compose = { command, files: ['/opt/cerniq/docker compose.yml'] };
    const services = { driver: 'docker' as const, project: 'cerniq', host: fake.url, scale, compose };
    await using box = openToolbox({ services });
    await box.tools.services.scale('workers', 2);
    const lines = (await readFile(seen, 'utf8')).split('\n');
    const up = ['up', '-d', '--no-deps', '--no-recreate', '--scale', 'workers=2', '--', 'workers'];
    expect(lines.slice(0, 13)).toEqual(['compose', '-p', 'cerniq', '-f', '/opt/cerniq/docker compose.yml', ...up]);
    expect(lines).toContain(`DOCKER_HOST=${fake.url.replace('http', 'tcp')}`);
    expect(lines.some((one) => one.startsWith('VITEST'))).toBe(false);
  });

  test('a failing program is told with what it said', async () => {
    const { fake, folder } = await docker([{ service: 'workers' }]);
    const command = join(folder, 'docker');
    await writeFile(command, '#!/bin/sh\necho "no such file: compose.yml" >&2\nexit 14\n');
    await chmod(command, 0o755);
    const compose = { command, files: ['compose.yml'] };
    const services = { driver: 'docker' as const, project: 'cerniq', host: fake.url, scale, compose };
    await using box = openToolbox({ services });
    await expect(box.tools.services.scale('workers', 2)).rejects.toThrow('no such file: compose.yml');
    const missing = { ...services, compose: { ...compose, command: join(folder, 'nothing') } };
    await using without = openToolbox({ services: missing });
    await expect(without.tools.services.scale('workers', 2)).rejects.toThrow('was not found');
  });
});
