import { connect } from 'node:net';
import { homedir } from 'node:os';
import { join } from 'node:path';
import type { ServiceInstance } from '../../remediation/tools.ts';
import type { Pm2Config } from '../config.ts';
import { ToolError } from '../error.ts';
import { runCommand } from './command.ts';
import type { Platform } from './platform.ts';
import { type Pm2Process, parseProcesses } from './pm2-list.ts';
import { tailFile } from './tail.ts';

/** Enough for a process that takes PM2's kill timeout to end. */
const CHANGE_TIMEOUT = 60_000;

/** Processes of one PM2 daemon, through its own command line. */
export function pm2Platform(config: Pm2Config): Platform {
  const home = config.home ?? join(homedir(), '.pm2');
  // Discrete mode: without it the first call prints a banner between us and the JSON.
  const env = { PM2_HOME: home, HOME: homedir(), PM2_DISCRETE_MODE: 'true', PM2_DISABLE_VERSION_CHECK: 'true' };

  const pm2 = async (args: readonly string[], timeout: number, signal: AbortSignal): Promise<string> => {
    // Every call of pm2 starts a daemon where none runs. One that we started would run nothing, as the wrong user.
    await checkRunning(home);
    return await runCommand({ command: config.command, args, env, timeout, signal });
  };
  const find = async (service: string, signal: AbortSignal): Promise<readonly Pm2Process[]> =>
    parseProcesses(await pm2(['jlist'], config.timeout, signal)).filter((one) => one.name === service);

  return {
    limits: { restart: CHANGE_TIMEOUT, scale: CHANGE_TIMEOUT },
    close: async () => undefined,
    list: async (service, signal) => (await find(service, signal)).map(toInstance),
    async restart(service, signal) {
      // By their numbers: by name pm2 would also restart every process in a namespace of that name.
      const ids = (await find(service, signal)).map((one) => String(one.id));
      await pm2(['restart', ...ids], CHANGE_TIMEOUT, signal);
    },
    async logs(service, lines, signal) {
      const processes = await find(service, signal);
      const files = new Set(processes.flatMap((one) => [one.outLog, one.errorLog]).filter((file) => file !== null));
      const read = async (file: string) => (await tailFile(file, lines)).slice(-lines);
      const tails = await Promise.all([...files].map(read));
      // The files hold no times to merge them by, so each gets its share.
      const share = Math.max(1, Math.floor(lines / Math.max(1, tails.length)));
      return tails.flatMap((tail) => tail.slice(-share));
    },
    async scale(service, instances, signal) {
      const now = (await find(service, signal)).length;
      if (now === 0) throw new ToolError(`there is no service '${service}'`);
      // PM2 calls it an error where the number is right already.
      if (now !== instances) await pm2(['scale', service, String(instances)], CHANGE_TIMEOUT, signal);
    },
  };
}

function toInstance(one: Pm2Process): ServiceInstance {
  return {
    service: one.name,
    id: String(one.id),
    state: stateOf(one.status),
    // PM2 knows whether a process runs, not whether it is well.
    healthy: null,
    startedAt: one.startedAt,
    restarts: one.restarts,
  };
}

function stateOf(status: string): ServiceInstance['state'] {
  switch (status) {
    case 'online':
      return 'running';
    case 'launching':
    case 'one-launch-status':
    case 'waiting restart':
      return 'starting';
    case 'errored':
      return 'errored';
    default:
      return 'stopped';
  }
}

/** Whether a daemon listens there. A socket file alone proves nothing: a killed daemon leaves it behind. */
function checkRunning(home: string): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const socket = connect(join(home, 'rpc.sock'));
  socket.setTimeout(2_000, () => socket.destroy(new Error('it does not answer')));
  socket.once('connect', () => {
    socket.destroy();
    resolve();
  });
  socket.once('error', (error) =>
    reject(new ToolError(`no PM2 daemon runs in ${home} (${error.message}); check tools.services.home and the user`)),
  );
  return promise;
}
