import { join } from 'node:path';
import { ensure } from '../../../scripts/ensure.ts';
import { type Monitor, startMonitor } from './prometheus.ts';

/** A real Alertmanager, alone in its cluster. The configuration is an object or YAML text. */
export async function startAlertmanager(options: {
  readonly config: object | string;
  readonly files?: Readonly<Record<string, string>>;
}): Promise<Monitor> {
  const { 'prometheus-alertmanager': program } = await ensure(['prometheus-alertmanager'], () => undefined);
  return await startMonitor('alertmanager', options, (port, folder) => [
    program,
    `--config.file=${join(folder, 'config.yml')}`,
    `--storage.path=${join(folder, 'data')}`,
    `--web.listen-address=127.0.0.1:${port}`,
    '--cluster.listen-address=',
    '--log.level=warn',
  ]);
}
