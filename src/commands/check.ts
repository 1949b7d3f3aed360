import { formatFaults } from '../config/faults.ts';
import { readEnvironment } from '../config/load.ts';
import { systemClock } from '../domain/time.ts';
import { loadRulebook } from '../rules/load.ts';
import { loadChecked, settle } from '../serve.ts';

export async function check(options: { rules?: string; json?: boolean }): Promise<0 | 1> {
  const { config } = await settle(readEnvironment());
  const loaded = await loadRulebook(options.rules ?? config.rules, await loadChecked(config, systemClock));
  if ('faults' in loaded) {
    process.stdout.write(`${formatFaults(loaded.faults)}\n`);
    return 1;
  }
  return 0;
}
