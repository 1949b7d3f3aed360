import { fromIso } from '../../domain/time.ts';
import type { ServiceInstance } from '../../remediation/tools.ts';
import type { DockerConfig } from '../config.ts';
import { ToolError } from '../error.ts';
import { httpServer, parseBody } from '../http.ts';
import { runCommand } from './command.ts';
import { readLog } from './docker-logs.ts';
import type { Platform } from './platform.ts';

const MAX_BYTES = 8_000_000;
/** Beside the time that a container gets to stop: to start it, and for the engine itself. */
const RESTART_SLACK = 30_000;

interface Listed {
  readonly Id: string;
  readonly Labels: Readonly<Record<string, string>>;
}

interface Inspected {
  readonly Id: string;
  readonly RestartCount?: number;
  readonly Config?: { readonly Tty?: boolean };
  readonly State?: {
    readonly Status?: string;
    readonly ExitCode?: number;
    readonly StartedAt?: string;
    readonly Health?: { readonly Status?: string };
  };
}

/** Services of one Compose project, through the engine's HTTP API. Scaling is Compose's own and goes through its CLI. */
export function dockerPlatform(config: DockerConfig): Platform {
  const onSocket = config.host.startsWith('unix://');
  const origin = onSocket ? 'http://docker' : new URL(config.host).origin;
  const server = httpServer(origin, {
    timeout: config.timeout,
    ...(onSocket ? { socketPath: config.host.slice('unix://'.length) } : {}),
  });
  const stopSeconds = Math.ceil(config.stop_timeout / 1_000);

  const ask = async (method: 'GET' | 'POST', path: string, signal: AbortSignal): Promise<Buffer> => {
    const answer = await server.send({ method, path, headers: {}, body: undefined, maxBytes: MAX_BYTES, signal });
    // 304: it is so already.
    if (answer.status < 300 || answer.status === 304) return answer.body;
    const said = parseBody(answer.body) as { message?: unknown } | null;
    throw new ToolError(`Docker answered ${answer.status}: ${String(said?.message ?? said)}`);
  };
  const find = async (service: string, signal: AbortSignal): Promise<readonly Inspected[]> => {
    const labels = [`com.docker.compose.project=${config.project}`, `com.docker.compose.service=${service}`];
    const filters = encodeURIComponent(JSON.stringify({ label: labels }));
    const listed = parseBody(await ask('GET', `/containers/json?all=1&filters=${filters}`, signal));
    return await Promise.all(
      (listed as unknown as readonly Listed[])
        // Made by `docker compose run`: a task of somebody's, not the service.
        .filter((one) => one.Labels['com.docker.compose.oneoff'] !== 'True')
        .map(async ({ Id }) => parseBody(await ask('GET', `/containers/${Id}/json`, signal)) as unknown as Inspected),
    );
  };

  return {
    limits: {
      // One after the other, and Compose services seldom have more than ten.
      restart: (config.stop_timeout + RESTART_SLACK) * 10,
      scale: config.compose?.timeout ?? config.timeout,
    },
    close: server.close,
    list: async (service, signal) => (await find(service, signal)).map((one) => toInstance(service, one)),
    async restart(service, signal) {
      // One after the other, so that a service of several containers is never gone altogether.
      for (const { Id } of await find(service, signal)) {
        const limit = AbortSignal.any([signal, AbortSignal.timeout(config.stop_timeout + RESTART_SLACK)]);
        await ask('POST', `/containers/${Id}/restart?t=${stopSeconds}`, limit);
      }
    },
    async logs(service, lines, signal) {
      const query = `stdout=1&stderr=1&timestamps=1&tail=${lines}`;
      const logs = await Promise.all(
        (await find(service, signal)).map(async ({ Id, Config }) =>
          readLog(await ask('GET', `/containers/${Id}/logs?${query}`, signal), Config?.Tty === true),
        ),
      );
      // Every line starts with its time, in a form that sorts.
      return logs.flat().toSorted(byTime).slice(-lines);
    },
    async scale(service, instances, signal) {
      const { compose } = config;
      if (compose === undefined) {
        throw new ToolError(
          `Docker alone cannot scale '${service}'; tell tools.services.compose which files the project has`,
        );
      }
      const files = compose.files.flatMap((file) => ['-f', file]);
      const folder = compose.directory === undefined ? [] : ['--project-directory', compose.directory];
      const up = ['up', '-d', '--no-deps', '--no-recreate', '--scale', `${service}=${instances}`, '--', service];
      await runCommand({
        command: compose.command,
        args: ['compose', '-p', config.project, ...files, ...folder, ...up],
        env: { DOCKER_HOST: onSocket ? config.host : config.host.replace(/^http/, 'tcp') },
        timeout: compose.timeout,
        signal,
      });
    },
  };
}

function toInstance(service: string, { Id, State = {}, RestartCount = 0 }: Inspected): ServiceInstance {
  const health = State.Health?.Status;
  const state = stateOf(State.Status ?? '', State.ExitCode ?? 0, health);
  return {
    service,
    id: Id.slice(0, 12),
    state,
    healthy: health === undefined || health === 'none' ? null : health === 'healthy' && state === 'running',
    startedAt: state === 'stopped' || state === 'errored' ? null : fromIso(State.StartedAt),
    restarts: RestartCount,
  };
}

function stateOf(status: string, exitCode: number, health: string | undefined): ServiceInstance['state'] {
  switch (status) {
    case 'running':
      return health === 'starting' ? 'starting' : 'running';
    // The engine tries again and again: it came up and went down.
    case 'restarting':
    case 'dead':
      return 'errored';
    case 'exited':
      return exitCode === 0 ? 'stopped' : 'errored';
    default:
      return 'stopped';
  }
}

function byTime(a: string, b: string): number {
  const [left = '', right = ''] = [a.split(' ', 1)[0], b.split(' ', 1)[0]];
  return left < right ? -1 : left > right ? 1 : 0;
}
