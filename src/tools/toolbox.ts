import type { Clock } from '../domain/time.ts';
import type { Toolbox, Tools } from '../remediation/tools.ts';
import { connectBullmq } from './bullmq/bullmq.ts';
import type { ToolsConfig } from './config.ts';
import type { Connected } from './connected.ts';
import { ToolError } from './error.ts';
import { connectApi } from './http-api.ts';
import { connectPostgres } from './postgres/postgres.ts';
import { connectPrometheus } from './prometheus.ts';
import { connectRedis } from './redis.ts';
import { connectServices } from './services/services.ts';

/** How long connections get to end in order. */
const CLOSE_WITHIN = 3_000;

/** The tools that the config has. Nothing is connected before a step uses it. */
export function createToolbox(config: ToolsConfig, clock: Clock): Toolbox {
  const apis = new Map(Object.entries(config.apis).map(([name, api]) => [name, connectApi(name, api, clock)]));
  const queues = config.bullmq;
  const queuesUrl = queues?.url ?? config.redis?.url;
  const built = {
    bullmq: queues && queuesUrl !== undefined ? connectBullmq(queues, queuesUrl, clock) : undefined,
    redis: config.redis && connectRedis(config.redis, queues?.prefix ?? 'bull', clock),
    postgres: config.postgres && connectPostgres(config.postgres, clock),
    services: config.services && connectServices(config.services, clock),
    prometheus: config.prometheus && connectPrometheus(config.prometheus, clock),
  };
  const here = Object.entries(built).flatMap(([name, one]) => (one === undefined ? [] : [name]));

  return {
    available: [...here, ...apis.keys()],
    open(scope): Tools {
      const take = <T>(name: string, tool: Connected<T> | undefined): T => {
        if (tool === undefined)
          throw new ToolError(`The config has no tool '${name}'; add it under tools, and to needs`);
        return tool.open(scope);
      };
      return {
        api: (name) => take(name, apis.get(name)),
        get bullmq() {
          return take('bullmq', built.bullmq);
        },
        get redis() {
          return take('redis', built.redis);
        },
        get postgres() {
          return take('postgres', built.postgres);
        },
        get services() {
          return take('services', built.services);
        },
        get prometheus() {
          return take('prometheus', built.prometheus);
        },
      };
    },
    async close() {
      const all = [...apis.values(), ...Object.values(built)].filter((one) => one !== undefined);
      const closing = Promise.allSettled(all.map((one) => one.close()));
      const { promise: late, resolve } = Promise.withResolvers<void>();
      // A server that hangs must not keep the daemon from ending.
      const timer = setTimeout(resolve, CLOSE_WITHIN);
      await Promise.race([closing, late]);
      clearTimeout(timer);
    },
  };
}
