import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { stopCluster } from '../../../src/store/embedded/cluster.ts';
import { runningCluster } from '../../../src/store/embedded/postmaster.ts';
import { temporaryFolder } from '../../support/services/folder.ts';

const run = promisify(execFile);
const ROOT = join(import.meta.dirname, '../../..');
let folder: Awaited<ReturnType<typeof temporaryFolder>>;
let dataDir: string;
let child: ChildProcess | undefined;
let service: Awaited<ReturnType<typeof start>>;

beforeAll(async () => {
  folder = await temporaryFolder('start');
  dataDir = join(folder.path, '.remedyd', 'postgres');
  for (const name of ['src', 'rules', 'remediations', 'config']) {
    await symlink(join(ROOT, name), join(folder.path, name));
  }
});

// A start that takes longer than a person would wait fails here.
beforeAll(async () => {
  service = await start();
}, 10_000);

afterAll(async () => {
  // Only where the test did not come to its end.
  child?.kill('SIGKILL');
  await stopCluster({ dataDir, mode: 'immediate' }).catch(() => undefined);
  await folder.remove();
});

test('a checkout starts with nothing configured, and the line that it prints works as it is', async () => {
  expect((await fetch(`${service.address}/readyz`)).status).toBe(200);
  expect(await runningCluster(dataDir)).toMatchObject({ ready: true });

  const asPrinted = await run('sh', ['-c', service.example]);
  expect(JSON.parse(asPrinted.stdout)).toMatchObject({ accepted: 1, rejected: 0 });
  // The same line; what stands behind it makes curl say the status, too.
  const withStatus = await run('sh', ['-c', `${service.example} "$@"`, 'sh', '-w', '\n%{http_code}']);
  expect(withStatus.stdout).toMatch(/\n2\d\d$/);

  child?.kill('SIGINT');
  expect(await service.ended).toEqual([0, null]);
  expect(await runningCluster(dataDir)).toBeUndefined();
});

/** Starts it, and answers once it has printed its address and the line to try. */
async function start() {
  const serving = spawn(process.execPath, ['src/cli.ts', 'serve'], {
    cwd: folder.path,
    env: { PATH: process.env.PATH, HOME: process.env.HOME, PORT: '0' },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  child = serving;
  const ended = once(serving, 'close');
  // Not `for await`: leaving it would close the pipe that the service still writes to.
  const found = Promise.withResolvers<{ address: string; example: string }>();
  let address = '';
  createInterface({ input: serving.stdout }).on('line', (line) => {
    address = /"address":"([^"]+)","msg":"remedyd answers"/.exec(line)?.[1] ?? address;
    if (line.startsWith('curl ')) found.resolve({ address, example: line });
  });
  void ended.then(([code]) => found.reject(new Error(`The service ended with ${code} before it answered`)));
  return { ended, ...(await found.promise) };
}
