import { windowsOf } from '../config/schema.ts';
import { sayWhy } from '../decide/say-why.ts';
import { systemClock } from '../domain/time.ts';
import { explainer, openCanaries } from '../explaining.ts';
import { loadRemediations } from '../remediation/registry.ts';
import { loadRulebook } from '../rules/load.ts';
import { createRulebook } from '../rules/rulebook.ts';
import { beside, configured } from './beside.ts';

/** Says why an incident stands as it does, and what would have to be otherwise. Exit code 1 where there is none. */
export async function why(id: string, options: { readonly json?: boolean }): Promise<0 | 1> {
  const config = await configured();
  const remediations = await loadRemediations(config.remediations);
  const loaded = await loadRulebook(config.rules, remediations, windowsOf(config));
  const rulebook = 'faults' in loaded ? createRulebook([]) : loaded.rulebook;
  const canaries = openCanaries(config, systemClock, new AbortController().signal);
  const found = await beside((db) => explainer(config, systemClock, remediations, () => rulebook, db, canaries)(id));
  if (found === undefined) {
    process.stdout.write(`No incident is called ${id}\n`);
    return 1;
  }
  const text = options.json === true ? JSON.stringify(found) : sayWhy(found, systemClock.now()).join('\n');
  process.stdout.write(`${text}\n`);
  return 0;
}
