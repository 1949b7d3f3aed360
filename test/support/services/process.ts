import { type ChildProcess, spawn } from 'node:child_process';
import { createServer } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';

/** A program of somebody else's that a test runs. */
export interface Running {
  readonly pid: number;
  /** What it has printed so far, the last 20,000 characters of it. */
  output(): string;
  /** Sends a signal; nothing happens when it has ended. */
  signal(signal: NodeJS.Signals): void;
  /** Settles when it has ended, in whatever way. */
  readonly ended: Promise<string>;
  /** Asks it to end, and kills it when it has not after 5 s. */
  stop(signal?: NodeJS.Signals): Promise<void>;
}

/**
 * Starts a program and waits until `ready` says yes. One that ends before, or is not ready in time, is an error with
 * all that it printed. On Linux it cannot outlive us, even when a test run is killed.
 */
export async function launch(options: {
  readonly name: string;
  readonly argv: readonly string[];
  /** Asked every 20 ms; a throw counts as not yet. */
  readonly ready: () => Promise<boolean>;
  readonly cwd?: string;
  readonly env?: NodeJS.ProcessEnv;
  /** Milliseconds. */
  readonly within?: number;
}): Promise<Running> {
  const { name, argv, ready, within = 20_000 } = options;
  const leash = process.platform === 'linux' ? ['setpriv', '--pdeathsig=KILL', '--'] : [];
  const [command = '', ...args] = [...leash, ...argv];
  const child = spawn(command, args, {
    cwd: options.cwd,
    env: options.env ?? process.env,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const running = follow(child);
  let over: string | undefined;
  void running.ended.then((why) => {
    over = why;
  });
  for (let waited = 0; waited < within; waited += 20) {
    if (over === undefined && (await ready().catch(() => false))) return running;
    if (over !== undefined) throw new Error(`${name} did not start: ${over}\n${running.output()}`);
    await pause(20);
  }
  await running.stop('SIGKILL');
  throw new Error(`${name} was not ready within ${within} ms\n${running.output()}`);
}

function follow(child: ChildProcess): Running {
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding('utf8').on('data', (chunk: string) => {
      output = (output + chunk).slice(-20_000);
    });
  }
  const ended = new Promise<string>((done) => {
    child.once('error', (error) => done(error.message));
    child.once('close', (code, signal) => done(`it ended with ${signal ?? `exit code ${code}`}`));
  });
  return {
    pid: child.pid ?? 0,
    output: () => output,
    signal: (signal) => void child.kill(signal),
    ended,
    async stop(signal = 'SIGTERM') {
      child.kill(signal);
      // A stopped process takes the signal only once it goes on.
      child.kill('SIGCONT');
      const cancel = new AbortController();
      const late = pause(5_000, 'late', { signal: cancel.signal }).catch(() => 'cancelled');
      if ((await Promise.race([ended, late])) === 'late') child.kill('SIGKILL');
      cancel.abort();
      await ended;
    },
  };
}

/** A port of 127.0.0.1 that was free a moment ago. Somebody may be quicker: see `onFreePort`. */
export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', resolve);
  });
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (address === null || typeof address === 'string') throw new Error('The kernel gave no port');
  return address.port;
}

/** Starts something on a free port; another port is tried when somebody took it in between. */
export async function onFreePort<T>(start: (port: number) => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await start(await freePort());
    } catch (error) {
      const taken = /already in use|EADDRINUSE/i.test(error instanceof Error ? error.message : '');
      if (!taken || attempt === 5) throw error;
    }
  }
}
