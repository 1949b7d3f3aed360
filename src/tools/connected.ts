import type { ToolScope } from '../remediation/tools.ts';

/** A managed system of the config: its connections, made when they are first needed, and the tool that a step gets. */
export interface Connected<T> {
  open(scope: ToolScope): T;
  /** Ends all connections. Calls that are under way fail. */
  close(): Promise<void>;
}
