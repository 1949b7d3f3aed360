import { execFile } from 'node:child_process';
import { readFile, readlink, realpath } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

/** A Postgres that runs on some data folder. */
export interface Postmaster {
  readonly pid: number;
  readonly port: number;
  /** It answers connections; false while it starts, recovers or stops. */
  readonly ready: boolean;
}

/**
 * The Postgres that runs on this data, whoever started it: one that outlived a killed daemon can be adopted. The lock
 * file alone proves nothing, since it outlives its Postgres and process ids are used again.
 */
export async function runningCluster(dataDir: string): Promise<Postmaster | undefined> {
  const lines = await lockFile(dataDir);
  const pid = Number(lines[0]);
  const port = Number(lines[3]);
  if (!Number.isInteger(pid) || pid < 2 || !(await isPostgresOn(pid, dataDir))) return undefined;
  return { pid, port: Number.isInteger(port) ? port : 0, ready: lines[7]?.trim() === 'ready' };
}

async function lockFile(dataDir: string): Promise<readonly string[]> {
  try {
    return (await readFile(join(dataDir, 'postmaster.pid'), 'utf8')).split('\n');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
}

async function isPostgresOn(pid: number, dataDir: string): Promise<boolean> {
  if (!isAlive(pid)) return false;
  if (process.platform === 'linux') {
    const { name, state } = await linuxProcess(pid);
    if (name !== 'postgres' || state === 'Z') return false;
    const folder = await workingFolder(pid);
    return folder === undefined || folder === (await realpath(dataDir));
  }
  if (process.platform === 'win32') return true;
  const { stdout } = await promisify(execFile)('ps', ['-o', 'state=,comm=', '-p', String(pid)]).catch(() => ({
    stdout: '',
  }));
  return stdout.includes('postgres') && !stdout.trim().startsWith('Z');
}

/** Whether a process with this id exists, though it may belong to somebody else or be dead and not yet collected. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

async function linuxProcess(pid: number): Promise<{ name: string; state: string }> {
  try {
    const line = await readFile(`/proc/${pid}/stat`, 'utf8');
    const end = line.lastIndexOf(')');
    return { name: line.slice(line.indexOf('(') + 1, end), state: line.slice(end + 2, end + 3) };
  } catch {
    return { name: '', state: '' };
  }
}

/** Postgres works in its data folder. Not everybody may ask; then the name has to do. */
async function workingFolder(pid: number): Promise<string | undefined> {
  try {
    return await readlink(`/proc/${pid}/cwd`);
  } catch {
    return undefined;
  }
}
