import { createHash } from 'node:crypto';
import type { LogLine } from './logs.ts';

export interface ContainerSpec {
  readonly service: string;
  readonly project?: string;
  /** Of several containers of one service; 1 by default. */
  readonly number?: number;
  /** Made by `docker compose run`, so not part of the service. */
  readonly oneoff?: boolean;
  readonly running?: boolean;
  readonly health?: Health;
  readonly logs?: readonly LogLine[];
  /** Whether a restart makes it healthy (default), leaves it sick, or leaves it dead. */
  readonly onRestart?: 'heals' | 'stays-sick' | 'dies';
  /** The engine itself fails to restart it, with this message. */
  readonly restartFails?: string;
}

/** `none` is a container without a health check. */
export type Health = 'none' | 'starting' | 'healthy' | 'unhealthy';

export interface Container {
  readonly id: string;
  readonly name: string;
  readonly service: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly logs: LogLine[];
  readonly restartFails: string | undefined;
  running: boolean;
  health: Health;
  exitCode: number;
  startedAt: Date;
  restarts: number;
  restart(): void;
  start(): void;
  stop(): void;
}

export function createContainer(spec: ContainerSpec): Container {
  const { service, project = 'cerniq', number = 1, oneoff = false, onRestart = 'heals' } = spec;
  const name = oneoff ? `${project}-${service}-run-${number}` : `${project}-${service}-${number}`;
  return {
    id: createHash('sha256').update(name).digest('hex'),
    name,
    service,
    labels: {
      'com.docker.compose.project': project,
      'com.docker.compose.service': service,
      'com.docker.compose.container-number': String(number),
      'com.docker.compose.oneoff': oneoff ? 'True' : 'False',
    },
    logs: [...(spec.logs ?? [])],
    restartFails: spec.restartFails,
    running: spec.running ?? true,
    health: spec.health ?? 'healthy',
    exitCode: spec.running === false ? 1 : 0,
    startedAt: new Date(Date.now() - 3_600_000),
    restarts: 0,
    start() {
      this.running = onRestart !== 'dies';
      this.exitCode = this.running ? 0 : 1;
      this.startedAt = new Date();
      if (this.health !== 'none' && onRestart === 'heals') this.health = 'healthy';
    },
    stop() {
      this.running = false;
      this.exitCode = 143;
    },
    restart() {
      this.restarts += 1;
      this.start();
    },
  };
}

/** As in the list of containers. */
export function listed(container: Container) {
  const health = container.health === 'none' ? '' : ` (${container.health})`;
  return {
    Id: container.id,
    Names: [`/${container.name}`],
    Image: `${container.service}:latest`,
    State: container.running ? 'running' : 'exited',
    Status: container.running ? `Up 1 hour${health}` : `Exited (${container.exitCode}) 1 minute ago`,
    Labels: container.labels,
  };
}

/** As in the answer about one container. */
export function inspect(container: Container) {
  return {
    Id: container.id,
    Name: `/${container.name}`,
    RestartCount: 0,
    Config: { Labels: container.labels, Tty: false },
    State: {
      Status: container.running ? 'running' : 'exited',
      Running: container.running,
      Paused: false,
      Restarting: false,
      OOMKilled: false,
      Dead: false,
      ExitCode: container.exitCode,
      StartedAt: container.startedAt.toISOString(),
      ...(container.health === 'none'
        ? {}
        : { Health: { Status: container.health, FailingStreak: container.health === 'unhealthy' ? 3 : 0, Log: [] } }),
    },
  };
}
