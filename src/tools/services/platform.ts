import type { Millis } from '../../domain/time.ts';
import type { ServiceInstance } from '../../remediation/tools.ts';

/** What runs the managed system's services. One call at a time; names are checked before they come here. */
export interface Platform {
  list(service: string, signal: AbortSignal): Promise<readonly ServiceInstance[]>;
  restart(service: string, signal: AbortSignal): Promise<void>;
  logs(service: string, lines: number, signal: AbortSignal): Promise<readonly string[]>;
  scale(service: string, instances: number, signal: AbortSignal): Promise<void>;
  /** The longest that these may take; restarts wait for the old processes to end. */
  readonly limits: { readonly restart: Millis; readonly scale: Millis };
  close(): Promise<void>;
}
