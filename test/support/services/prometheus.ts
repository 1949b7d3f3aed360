import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { ensure } from '../../../scripts/ensure.ts';
import { temporaryFolder } from './folder.ts';
import { httpReady } from './http-ready.ts';
import { launch, onFreePort } from './process.ts';

export interface Monitor extends AsyncDisposable {
  readonly url: string;
  readonly port: number;
  /** Takes a new configuration, and new rule files where given; throws when it is refused. */
  reload(config: object | string, files?: Readonly<Record<string, string>>): Promise<void>;
  output(): string;
  stop(): Promise<void>;
}

/**
 * A real Prometheus. The configuration is an object or YAML text; `files` (rules, for example) are written beside it, so
 * that it can name them without a folder.
 */
export async function startPrometheus(options: {
  readonly config: object | string;
  readonly files?: Readonly<Record<string, string>>;
}): Promise<Monitor> {
  const { prometheus } = await ensure(['prometheus'], () => undefined);
  return await startMonitor('prometheus', options, (port, folder) => [
    prometheus,
    `--config.file=${join(folder, CONFIG)}`,
    `--storage.tsdb.path=${join(folder, 'data')}`,
    `--web.listen-address=127.0.0.1:${port}`,
    '--web.enable-lifecycle',
    // Alerts are held back after a restart for this long; tests have no such time.
    '--rules.alert.for-grace-period=1s',
    // An alert that fires before the Alertmanager is discovered is lost until it is sent again, by default a minute later.
    '--rules.alert.resend-delay=1s',
    '--log.level=warn',
  ]);
}

const CONFIG = 'config.yml';

/** What Prometheus and Alertmanager have in common: configuration, readiness, reload. */
export async function startMonitor(
  name: string,
  options: { readonly config: object | string; readonly files?: Readonly<Record<string, string>> },
  argv: (port: number, folder: string) => readonly string[],
): Promise<Monitor> {
  const folder = await temporaryFolder(name);
  const write = async (config: object | string, files: Readonly<Record<string, string>> = {}) => {
    await writeFile(join(folder.path, CONFIG), typeof config === 'string' ? config : stringify(config));
    for (const [file, content] of Object.entries(files)) await writeFile(join(folder.path, file), content);
  };
  try {
    await write(options.config, options.files);
    const [running, port] = await onFreePort(async (candidate) => {
      const ready = () => httpReady(`http://127.0.0.1:${candidate}/-/ready`);
      return [await launch({ name, argv: argv(candidate, folder.path), ready }), candidate] as const;
    });
    const url = `http://127.0.0.1:${port}`;
    const stop = async () => {
      await running.stop();
      await folder.remove();
    };
    return {
      url,
      port,
      async reload(config, files) {
        await write(config, files);
        const answer = await fetch(`${url}/-/reload`, { method: 'POST' });
        if (!answer.ok) throw new Error(`${name} refused the configuration: ${await answer.text()}`);
      },
      output: () => running.output(),
      stop,
      [Symbol.asyncDispose]: stop,
    };
  } catch (error) {
    await folder.remove();
    throw error;
  }
}
