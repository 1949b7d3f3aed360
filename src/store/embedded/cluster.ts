import { spawn } from 'node:child_process';
import { chown, mkdir, open, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { text } from 'node:stream/consumers';
import { setTimeout as pause } from 'node:timers/promises';
import { type Account, chooseAccount, ids } from './account.ts';
import type { Binaries } from './binaries.ts';
import { type Postmaster, runningCluster } from './postmaster.ts';

/** The role that owns an embedded cluster. */
export const OWNER = 'postgres';

/**
 * Makes a new, empty cluster whose owner logs in with this password and in no other way. Does nothing where one stands
 * already. A run that dies half-way leaves nothing that looks finished.
 *
 * @throws Error with what initdb said, or when the data belongs to another major version of Postgres.
 */
export async function initCluster(options: {
  readonly binaries: Binaries;
  readonly dataDir: string;
  readonly password: string;
}): Promise<'created' | 'existing'> {
  const { binaries } = options;
  const dataDir = resolve(options.dataDir);
  if (await holdsCluster(dataDir)) {
    await checkVersion(binaries, dataDir);
    return 'existing';
  }
  const parent = dirname(dataDir);
  await mkdir(parent, { recursive: true });
  const account = await chooseAccount({ postgres: binaries.postgres, parent, dataDir });
  const fresh = `${dataDir}.new`;
  const passwordFile = `${dataDir}.password`;
  await rm(fresh, { recursive: true, force: true });
  await rm(passwordFile, { force: true });
  await mkdir(fresh, { mode: 0o700 });
  await writeFile(passwordFile, `${options.password}\n`, { mode: 0o600, flag: 'wx' });
  try {
    await give(account, fresh, passwordFile);
    const { code, output } = await run(account, [
      binaries.initdb,
      `--pgdata=${fresh}`,
      `--username=${OWNER}`,
      `--pwfile=${passwordFile}`,
      '--auth=scram-sha-256',
      '--encoding=UTF8',
      '--locale=C',
      '--no-instructions',
    ]);
    if (code !== 0) throw new Error(`initdb could not create ${dataDir} (exit code ${code}):\n${output}`);
    await rename(fresh, dataDir);
  } finally {
    await rm(passwordFile, { force: true });
    await rm(fresh, { recursive: true, force: true });
  }
  return 'created';
}

/**
 * Starts the cluster on 127.0.0.1 and no socket file, and answers once it takes connections. A Postgres that already
 * runs on this data is adopted as it is, with its own port. The new one runs in a session of its own: it outlives us,
 * so that a killed daemon loses nothing, until `stopCluster`.
 *
 * @throws Error with the end of its log when it does not come up.
 */
export async function startCluster(options: {
  readonly binaries: Binaries;
  readonly dataDir: string;
  readonly port: number;
  /** Postgres writes its messages here. */
  readonly logFile: string;
  /** Settings as in postgresql.conf; they win over the file. */
  readonly settings?: Readonly<Record<string, string>>;
  /** Milliseconds until it must be ready; recovery after a crash takes part of it. */
  readonly within?: number;
  /** On Linux, end with the process that started it, however that ends. For tests. */
  readonly endsWithParent?: boolean;
}): Promise<Postmaster> {
  const { binaries, port, logFile, settings = {}, within = 60_000, endsWithParent = false } = options;
  const dataDir = resolve(options.dataDir);
  const adopted = await runningCluster(dataDir);
  if (adopted !== undefined) return await untilReady(dataDir, within, () => undefined);
  await checkVersion(binaries, dataDir);
  const account = await chooseAccount({ postgres: binaries.postgres, parent: dirname(dataDir), dataDir });
  const fixed = { listen_addresses: '127.0.0.1', unix_socket_directories: '', port: String(port) };
  const args = Object.entries({ ...settings, ...fixed }).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
  const leash = endsWithParent && process.platform === 'linux' ? ['setpriv', '--pdeathsig=QUIT', '--'] : [];
  const log = await open(logFile, 'a', 0o600);
  const [command = '', ...rest] = [...account.prefix, ...leash, binaries.postgres, '-D', dataDir, ...args];
  const child = spawn(command, rest, {
    ...ids(account),
    cwd: dirname(dataDir),
    detached: true,
    stdio: ['ignore', log.fd, log.fd],
  });
  const ended = new Promise<string>((done) => {
    child.once('error', (error) => done(error.message));
    child.once('exit', (code, signal) => done(`it ended with ${signal ?? `exit code ${code}`}`));
  });
  child.unref();
  await log.close();
  let reason: string | undefined;
  void ended.then((why) => {
    reason = why;
  });
  try {
    return await untilReady(dataDir, within, () => reason);
  } catch (error) {
    if (reason === undefined) child.kill('SIGQUIT');
    const tail = (await readFile(logFile, 'utf8').catch(() => '')).trimEnd().split('\n').slice(-15).join('\n');
    throw new Error(`Postgres on ${dataDir} did not start: ${(error as Error).message}\n${tail}`, { cause: error });
  }
}

/**
 * Stops the Postgres that runs on this data: `fast` ends its sessions and writes everything down, `immediate` is a crash
 * that the next start recovers from. What does not stop in time is stopped immediately.
 *
 * @throws Error when it still runs after that.
 */
export async function stopCluster(options: {
  readonly dataDir: string;
  readonly mode?: 'fast' | 'immediate';
  readonly within?: number;
}): Promise<void> {
  const { dataDir, mode = 'fast', within = 20_000 } = options;
  const running = await runningCluster(dataDir);
  if (running === undefined) return;
  process.kill(running.pid, mode === 'fast' ? 'SIGINT' : 'SIGQUIT');
  if (await untilGone(dataDir, within)) return;
  if (mode === 'fast') return await stopCluster({ dataDir, mode: 'immediate', within: 10_000 });
  throw new Error(`Postgres ${running.pid} on ${dataDir} still runs ${within} ms after it was told to stop`);
}

const POLL = 25;

async function untilReady(dataDir: string, within: number, ended: () => string | undefined): Promise<Postmaster> {
  for (let waited = 0; waited < within; waited += POLL) {
    const running = await runningCluster(dataDir);
    if (running?.ready) return running;
    const why = ended();
    if (why !== undefined) throw new Error(why);
    await pause(POLL);
  }
  throw new Error(`it was not ready within ${within} ms`);
}

async function untilGone(dataDir: string, within: number): Promise<boolean> {
  for (let waited = 0; waited < within; waited += POLL) {
    if ((await runningCluster(dataDir)) === undefined) return true;
    await pause(POLL);
  }
  return false;
}

async function holdsCluster(dataDir: string): Promise<boolean> {
  return (await versionOf(dataDir)) !== undefined;
}

async function versionOf(dataDir: string): Promise<string | undefined> {
  try {
    return (await readFile(join(dataDir, 'PG_VERSION'), 'utf8')).trim();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

async function checkVersion(binaries: Binaries, dataDir: string): Promise<void> {
  const data = await versionOf(dataDir);
  if (data === undefined) throw new Error(`${dataDir} holds no Postgres data; create it first`);
  const { output } = await run({ prefix: [] }, [binaries.postgres, '--version']);
  const [, major] = /(\d+)/.exec(output) ?? [];
  if (major === data) return;
  throw new Error(
    `${dataDir} was written by Postgres ${data}, but ${binaries.root} is Postgres ${major}. ` +
      'Upgrade the data with pg_upgrade, move the folder away to begin anew, or set DATABASE_URL',
  );
}

async function give(account: Account, ...paths: readonly string[]): Promise<void> {
  if (account.uid === undefined || account.gid === undefined) return;
  for (const path of paths) await chown(path, account.uid, account.gid);
}

async function run(
  account: Account,
  argv: readonly string[],
): Promise<{ code: number | string | null; output: string }> {
  const [command = '', ...args] = [...account.prefix, ...argv];
  const child = spawn(command, args, { ...ids(account), cwd: '/', stdio: ['ignore', 'pipe', 'pipe'] });
  const code = new Promise<number | string | null>((done) => {
    child.once('error', (error) => done(error.message));
    child.once('close', done);
  });
  const [out, err, ended] = await Promise.all([text(child.stdout), text(child.stderr), code]);
  return { code: ended, output: `${out}${err}`.trim() };
}
