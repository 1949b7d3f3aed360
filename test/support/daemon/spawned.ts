import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { stringify } from 'yaml';
import { client, type DaemonClient } from './client.ts';

const CLI = resolve(import.meta.dirname, '../../../src/cli.ts');

export const SPAWNED_TOKEN = 'a-token-for-spawned-daemons';

export interface SpawnOptions {
  /** Left out: the daemon runs its own Postgres in `folder`. */
  readonly databaseUrl?: string;
  readonly rules: string;
  readonly remediations: string;
  /** Over the defaults for tests, as in YAML; secrets as `{ env: NAME }`. */
  readonly config?: Readonly<Record<string, unknown>>;
  readonly env?: Readonly<Record<string, string>>;
  /** Config and data live here; the same folder again is a restart. */
  readonly folder?: string;
  readonly within?: number;
}

export interface SpawnedDaemon extends DaemonClient {
  readonly pid: number;
  readonly folder: string;
  /** Everything that it printed so far. */
  output(): string;
  /** Ends it and waits for the end. @returns its exit code, null after a signal that it did not catch. */
  end(signal: 'SIGKILL' | 'SIGTERM' | 'SIGINT'): Promise<number | null>;
  /** Resolves when it has ended by itself or was ended. */
  readonly ended: Promise<number | null>;
}

/** A daemon as it runs in production: a process of its own, on a config file. @throws Error with its output. */
export async function spawnDaemon(options: SpawnOptions): Promise<SpawnedDaemon> {
  const folder = options.folder ?? (await mkdtemp(join(tmpdir(), 'remedyd-daemon-')));
  const configFile = join(folder, 'remedyd.yaml');
  const auth = { bearer: { env: 'REMEDYD_WEBHOOK_TOKEN' } };
  const config = {
    server: { port: 0 },
    data_dir: join(folder, 'data'),
    sources: { alertmanager: { auth }, signoz: { auth }, grafana: { auth }, event: { auth } },
    api: { token: { env: 'REMEDYD_API_TOKEN' } },
    queue: { poll: '100ms' },
    people: { oncall: { users: ['U0ANNA', 'U0BOB'] } },
    approval: { from: 'oncall' },
    rules: resolve(options.rules),
    remediations: resolve(options.remediations),
    ...options.config,
  };
  await writeFile(configFile, stringify(config));
  const child = spawn(process.execPath, [CLI, 'serve'], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: {
      ...withoutOurs(process.env),
      REMEDYD_CONFIG: configFile,
      REMEDYD_WEBHOOK_TOKEN: SPAWNED_TOKEN,
      REMEDYD_API_TOKEN: SPAWNED_TOKEN,
      ...(options.databaseUrl === undefined ? {} : { DATABASE_URL: options.databaseUrl }),
      ...options.env,
    },
  });
  const chunks: string[] = [];
  const ended = once(child, 'exit').then(([code]) => code as number | null);
  const address = await answers(child, chunks, ended, options.within ?? 30_000);
  return {
    ...client(address, SPAWNED_TOKEN),
    pid: child.pid ?? 0,
    folder,
    output: () => chunks.join(''),
    ended,
    end(signal) {
      child.kill(signal);
      return ended;
    },
  };
}

/** Removes what a daemon left behind. */
export async function removeFolder(folder: string): Promise<void> {
  await rm(folder, { recursive: true, force: true });
}

async function answers(
  child: ChildProcess,
  chunks: string[],
  ended: Promise<number | null>,
  within: number,
): Promise<string> {
  const { promise, resolve: found, reject } = Promise.withResolvers<string>();
  const timer = setTimeout(
    () => reject(new Error(`The daemon did not answer within ${within} ms:\n${chunks.join('')}`)),
    within,
  );
  const read = (chunk: Buffer) => {
    chunks.push(chunk.toString('utf8'));
    const line = /"address":"([^"]+)","msg":"remedyd answers"/.exec(chunks.join(''));
    if (line?.[1] !== undefined) found(line[1]);
  };
  child.stdout?.on('data', read);
  child.stderr?.on('data', read);
  void ended.then((code) => reject(new Error(`The daemon ended with ${code}:\n${chunks.join('')}`)));
  try {
    return await promise;
  } catch (error) {
    child.kill('SIGKILL');
    throw error;
  } finally {
    clearTimeout(timer);
  }
}

/** Tests must not depend on what the developer's shell happens to have set. */
function withoutOurs(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const ours = [
    'DATABASE_URL',
    'REDIS_URL',
    'HOST',
    'PORT',
    'NODE_ENV',
    'LOG_LEVEL',
    'SLACK_BOT_TOKEN',
    'PAGERDUTY_ROUTING_KEY',
  ];
  return Object.fromEntries(Object.entries(env).filter(([name]) => !ours.includes(name)));
}
