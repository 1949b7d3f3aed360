import { execFile } from 'node:child_process';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { promisify } from 'node:util';
import { temporaryFolder } from '../services/folder.ts';

export interface Pm2Process {
  readonly name: string;
  readonly pid: number;
  readonly status: string;
  /** Milliseconds since 1970. */
  readonly startedAt: number;
}

/** A PM2 of its own: its home folder is its identity. */
export interface Pm2 {
  /** `PM2_HOME` for whoever wants to drive it. */
  readonly home: string;
  /** The `pm2` program. */
  readonly program: string;
  /** Everything that the program needs to reach this PM2 and no other. */
  readonly env: NodeJS.ProcessEnv;
  run(...args: readonly string[]): Promise<string>;
  list(): Promise<readonly Pm2Process[]>;
  stop(): Promise<void>;
}

export interface Pm2App {
  readonly name: string;
  readonly script: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
}

/** Starts a PM2 daemon with these programs, which run on the Node that we run on. */
export async function startPm2(apps: readonly Pm2App[]): Promise<Pm2> {
  const folder = await temporaryFolder('pm2');
  const home = folder.path;
  const program = join(dirname(createRequire(import.meta.url).resolve('pm2/package.json')), 'bin', 'pm2');
  // pm2 starts its daemon with the node that it finds itself on; discrete mode keeps its banner out of what we parse.
  const env = {
    PATH: `${dirname(process.execPath)}:${process.env.PATH ?? ''}`,
    HOME: home,
    PM2_HOME: home,
    PM2_DISCRETE_MODE: 'true',
    PM2_DISABLE_VERSION_CHECK: 'true',
  };
  const run = async (...args: readonly string[]): Promise<string> => {
    const argv = [program, ...args];
    const { stdout } = await promisify(execFile)(process.execPath, argv, { env, maxBuffer: 32 * 1024 * 1024 });
    return stdout;
  };
  const stop = async () => {
    await killAll(home);
    await folder.remove();
  };
  try {
    const ecosystem = join(home, 'ecosystem.json');
    await writeFile(ecosystem, JSON.stringify({ apps: apps.map(describe) }));
    await run('start', ecosystem, '--silent');
  } catch (error) {
    await stop();
    throw error;
  }
  return { home, program, env, run, list: async () => parse(await run('jlist')), stop };
}

function describe({ name, script, args, env }: Pm2App) {
  const quiet = { pmx: false, vizion: false, automation: false, watch: false, treekill: false };
  // A crash stays a crash until somebody restarts it: that is what remedyd is for.
  const manners = { autorestart: false, kill_timeout: 1_000, merge_logs: true };
  return { name, script, args: [...args], env, interpreter: process.execPath, exec_mode: 'fork', ...quiet, ...manners };
}

interface Listed {
  readonly name: string;
  readonly pid: number;
  readonly pm2_env: { readonly status: string; readonly pm_uptime?: number };
}

function parse(jlist: string): readonly Pm2Process[] {
  const listed = JSON.parse(jlist.slice(jlist.indexOf('['))) as readonly Listed[];
  return listed.map(({ name, pid, pm2_env }) => ({
    name,
    pid,
    status: pm2_env.status,
    startedAt: pm2_env.pm_uptime ?? 0,
  }));
}

/**
 * The daemon by its own pid, then what it may have left, by the pids that it wrote down. A start that was cut off has
 * written down nothing, so on Linux whoever has this home is looked for, too.
 */
async function killAll(home: string): Promise<void> {
  const files = await readdir(join(home, 'pids')).catch(() => []);
  const daemon = await pidIn(join(home, 'pm2.pid'));
  const children = await Promise.all(files.map((file) => pidIn(join(home, 'pids', file))));
  await end(daemon, home, 'SIGTERM');
  for (const pid of children) await end(pid, home, 'SIGKILL');
  for (const pid of await residents(home)) await end(pid, home, 'SIGKILL');
}

async function residents(home: string): Promise<readonly number[]> {
  if (process.platform !== 'linux') return [];
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name)).map(Number);
  const ours = await Promise.all(pids.map(async (pid) => pid !== process.pid && (await isOurs(pid, home))));
  return pids.filter((_, i) => ours[i]);
}

async function pidIn(file: string): Promise<number | undefined> {
  const pid = Number(await readFile(file, 'utf8').catch(() => ''));
  return Number.isInteger(pid) && pid > 1 ? pid : undefined;
}

async function end(pid: number | undefined, home: string, signal: NodeJS.Signals): Promise<void> {
  if (pid === undefined) return;
  for (let waited = 0; await isOurs(pid, home); waited += 20) {
    if (waited === 0) process.kill(pid, signal);
    if (waited === 4_000) process.kill(pid, 'SIGKILL');
    if (waited > 6_000) throw new Error(`Process ${pid} cannot be ended`);
    await pause(20);
  }
}

/** Process ids are used again, so a written one proves nothing. A dead one that nobody collected has no environment. */
async function isOurs(pid: number, home: string): Promise<boolean> {
  if (process.platform === 'linux') {
    const environment = await readFile(`/proc/${pid}/environ`, 'utf8').catch(() => '');
    return environment.split('\0').includes(`PM2_HOME=${home}`);
  }
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
