import { execFile } from 'node:child_process';
import { dirname } from 'node:path';
import type { Millis } from '../../domain/time.ts';
import { ToolError } from '../error.ts';

const MAX_OUTPUT = 8_000_000;

/**
 * Runs a program with a list of arguments, never through a shell. Its environment holds what is given and a PATH: the
 * daemon's own, with its secrets, stays here.
 *
 * @returns what it printed on its standard output. @throws ToolError with what it printed on the other one.
 */
export function runCommand(options: {
  readonly command: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly timeout: Millis;
  readonly signal: AbortSignal;
  readonly cwd?: string;
}): Promise<string> {
  const { command, args, timeout, signal, cwd } = options;
  // The Node that runs us also runs the scripts among those programs.
  const path = [
    dirname(process.execPath),
    '/usr/local/sbin',
    '/usr/local/bin',
    '/usr/sbin',
    '/usr/bin',
    '/sbin',
    '/bin',
  ];
  const env = { PATH: path.join(':'), ...options.env };
  return new Promise((resolve, reject) => {
    execFile(
      command,
      args,
      { env, timeout, signal, maxBuffer: MAX_OUTPUT, killSignal: 'SIGKILL', ...(cwd === undefined ? {} : { cwd }) },
      (error, stdout, stderr) => {
        if (error === null) return resolve(stdout);
        if (signal.aborted) return reject(signal.reason);
        if (error.code === 'ENOENT') return reject(new ToolError(`the program '${command}' was not found`));
        const said = (stderr.trim() || stdout.trim()).split('\n').slice(-5).join('\n');
        reject(new ToolError(`'${[command, ...args].join(' ')}' failed: ${said || error.message}`));
      },
    );
  });
}
