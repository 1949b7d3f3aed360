import { checkAll } from '../check.ts';
import { formatFaults } from '../config/faults.ts';
import { readEnvironment } from '../config/load.ts';
import { systemClock } from '../domain/time.ts';

export interface CheckOptions {
  readonly rules?: string;
  readonly remediations?: string;
  readonly json?: boolean;
}

/** Prints every fault of config, remediations and rules. Exit code 1 where there is one. */
export async function check(options: CheckOptions): Promise<0 | 1> {
  const { configFile, variables } = readEnvironment();
  const { faults, remediations, rules, tests } = await checkAll({
    configFile,
    env: variables,
    clock: systemClock,
    ...(options.rules === undefined ? {} : { rulesDir: options.rules }),
    ...(options.remediations === undefined ? {} : { remediationsDir: options.remediations }),
  });
  if (options.json === true) process.stdout.write(`${JSON.stringify({ faults, remediations, rules, tests })}\n`);
  else if (faults.length > 0) process.stdout.write(`${formatFaults(faults)}\n${faults.length} faults.\n`);
  else process.stdout.write(`${rules} rules with ${tests} tests and ${remediations} remediations, no faults.\n`);
  return faults.length > 0 ? 1 : 0;
}
