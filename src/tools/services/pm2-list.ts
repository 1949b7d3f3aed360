import { ToolError } from '../error.ts';

/** All that is taken from PM2's list. The rest of it holds each process's whole environment, secrets included. */
export interface Pm2Process {
  readonly id: number;
  readonly name: string;
  readonly status: string;
  readonly startedAt: number | null;
  readonly restarts: number;
  readonly outLog: string | null;
  readonly errorLog: string | null;
}

/** Reads `pm2 jlist`. Lines of chatter may stand before the JSON, which is one line. */
export function parseProcesses(output: string): readonly Pm2Process[] {
  const line = output.split('\n').find((one) => one === '[]' || one.startsWith('[{'));
  if (line === undefined) throw new ToolError('pm2 jlist printed no list of processes');
  let list: unknown;
  try {
    list = JSON.parse(line);
  } catch {
    // The text itself must not stand in the message: it is full of environments.
    throw new ToolError('pm2 jlist printed a list that is no JSON');
  }
  return (list as readonly Record<string, unknown>[]).map((one) => {
    const env = (one.pm2_env ?? {}) as Record<string, unknown>;
    const online = env.status === 'online' || env.status === 'launching';
    return {
      id: Number(one.pm_id),
      name: String(one.name),
      status: String(env.status),
      startedAt: online && typeof env.pm_uptime === 'number' ? env.pm_uptime : null,
      restarts: Number(env.restart_time ?? 0),
      outLog: fileOf(env.pm_out_log_path),
      errorLog: fileOf(env.pm_err_log_path),
    };
  });
}

function fileOf(value: unknown): string | null {
  return typeof value === 'string' && value !== '' && value !== '/dev/null' ? value : null;
}
