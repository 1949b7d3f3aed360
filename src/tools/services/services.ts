import type { Clock } from '../../domain/time.ts';
import type { ServicesTool } from '../../remediation/tools.ts';
import { recordedCalls } from '../call.ts';
import type { ServicesConfig } from '../config.ts';
import type { Connected } from '../connected.ts';
import { ToolError, ToolRefusal } from '../error.ts';
import { dockerPlatform } from './docker.ts';
import { pm2Platform } from './pm2.ts';

const MAX_LINES = 5_000;

/** Services of the managed system by name, on whatever platform the config names, with its protections and limits. */
export function connectServices(config: ServicesConfig, clock: Clock): Connected<ServicesTool> {
  const platform = config.driver === 'pm2' ? pm2Platform(config) : dockerPlatform(config);
  const { timeout } = config;

  const refuseChange = (service: string, approved: boolean) => {
    checkName(service);
    if (config.protected.includes(service) && !approved) {
      throw new ToolRefusal(`'${service}' is protected (tools.services.protected): only an approved run may touch it`);
    }
  };
  const refuseScale = (service: string, instances: number) => {
    const allowed = config.scale[service];
    if (allowed === undefined) {
      throw new ToolRefusal(`'${service}' has no limits in tools.services.scale, so it is not scaled`);
    }
    if (!Number.isInteger(instances) || instances < allowed.min || instances > allowed.max) {
      throw new ToolRefusal(`${instances} instances of '${service}'; ${allowed.min} to ${allowed.max} are allowed`);
    }
  };

  return {
    close: platform.close,
    open(scope) {
      const call = recordedCalls('services', scope, clock);
      return {
        list: (service) =>
          call({
            call: 'list',
            args: { service },
            timeout,
            refuse: () => checkName(service),
            act: (signal) => platform.list(service, signal),
            evidence: (instances) => instances.map((one) => ({ ...one })),
          }),
        restart: (service, { approved = false } = {}) =>
          call<void>({
            call: 'restart',
            args: { service },
            timeout: platform.limits.restart,
            refuse: () => refuseChange(service, approved),
            async act(signal) {
              const instances = await platform.list(service, signal);
              if (instances.length === 0) throw new ToolError(`there is no service '${service}'`);
              await platform.restart(service, signal);
            },
          }),
        logs: (service, lines) =>
          call({
            call: 'logs',
            args: { service, lines },
            timeout,
            refuse() {
              checkName(service);
              if (lines < 1 || lines > MAX_LINES) throw new ToolRefusal(`${lines} lines; 1 to ${MAX_LINES}`);
            },
            act: (signal) => platform.logs(service, lines, signal),
          }),
        scale: (service, instances, { approved = false } = {}) =>
          call<void>({
            call: 'scale',
            args: { service, instances },
            timeout: platform.limits.scale,
            refuse() {
              refuseChange(service, approved);
              refuseScale(service, instances);
            },
            act: (signal) => platform.scale(service, instances, signal),
          }),
      };
    },
  };
}

/**
 * One service by its plain name. PM2 gives `all`, `/expressions/`, numbers and files a meaning of their own, and what starts
 * with a dash is an option to every command line.
 */
function checkName(service: string): void {
  if (
    !/^[a-z_][\w.:-]{0,62}$/i.test(service) ||
    service.toLowerCase() === 'all' ||
    /\.(js|json|ya?ml)$/i.test(service)
  ) {
    throw new ToolRefusal(`'${service}' is no name of one service`);
  }
}
