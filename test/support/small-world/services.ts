import type { Clock } from '../../../src/domain/time.ts';
import type { ServiceInstance, ServicesTool } from '../../../src/remediation/tools.ts';

export interface SmallServices {
  readonly tool: ServicesTool;
  /** What was done to them, in order, such as `restart workers`. */
  readonly acts: string[];
  set(service: string, instances: readonly Partial<ServiceInstance>[]): void;
  list(service: string): readonly ServiceInstance[];
  /** Called after each restart of the service. */
  onRestart(service: string, then: () => void): void;
}

/** Services whose restart takes no time and which are up an hour, unless a test says otherwise. */
export function smallServices(clock: Clock): SmallServices {
  const services = new Map<string, ServiceInstance[]>();
  const hooks = new Map<string, () => void>();
  const acts: string[] = [];
  const started = clock.now() - 3_600_000;
  const instance = (service: string, i: number, more: Partial<ServiceInstance> = {}): ServiceInstance => ({
    service,
    id: `${service}-${i + 1}`,
    state: 'running',
    healthy: null,
    startedAt: started,
    restarts: 0,
    ...more,
  });
  return {
    acts,
    set: (service, list) =>
      void services.set(
        service,
        list.map((more, i) => instance(service, i, more)),
      ),
    list: (service) => services.get(service) ?? [],
    onRestart: (service, then) => void hooks.set(service, then),
    tool: {
      list: async (service) => structuredClone(services.get(service) ?? []),
      logs: async (service) => [`the last line of ${service}`],
      async restart(service, { approved = false } = {}) {
        acts.push(`restart ${service}${approved ? ' (approved)' : ''}`);
        const list = services.get(service) ?? [];
        services.set(
          service,
          list.map((one) => ({ ...one, state: 'running', startedAt: clock.now(), restarts: one.restarts + 1 })),
        );
        hooks.get(service)?.();
      },
      async scale(service, instances) {
        acts.push(`scale ${service} to ${instances}`);
        const list = services.get(service) ?? [];
        const added = Array.from({ length: Math.max(0, instances - list.length) }, (_, i) =>
          instance(service, list.length + i, { startedAt: clock.now() }),
        );
        services.set(service, [...list, ...added].slice(0, instances));
      },
    },
  };
}
