import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join, resolve } from 'node:path';
import { SPAWNED_TOKEN } from './spawned.ts';

const CLI = resolve(import.meta.dirname, '../../../src/cli.ts');

export interface Printed {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
  /** `performance.now()` when the command had ended. */
  readonly endedAt: number;
}

/** Runs a command as a person would, beside the daemon of a folder. `env` is over what the daemon itself has. */
export async function command(
  folder: string,
  databaseUrl: string,
  argv: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<Printed> {
  const child = spawn(process.execPath, [CLI, ...argv], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: {
      PATH: process.env.PATH,
      HOME: process.env.HOME,
      REMEDYD_CONFIG: join(folder, 'remedyd.yaml'),
      REMEDYD_WEBHOOK_TOKEN: SPAWNED_TOKEN,
      REMEDYD_API_TOKEN: SPAWNED_TOKEN,
      DATABASE_URL: databaseUrl,
      ...env,
    },
  });
  const out: string[] = [];
  const err: string[] = [];
  child.stdout.on('data', (chunk: Buffer) => out.push(chunk.toString('utf8')));
  child.stderr.on('data', (chunk: Buffer) => err.push(chunk.toString('utf8')));
  const [code] = (await once(child, 'close')) as [number | null];
  return { code, stdout: out.join(''), stderr: err.join(''), endedAt: performance.now() };
}
