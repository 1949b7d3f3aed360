import type { Incident } from '../domain/incident.ts';
import type { Remediation } from '../remediation/define.ts';
import type { Rulebook } from '../rules/rulebook.ts';
import type { Ledger } from '../store/ledger.ts';
import type { Run } from '../store/runs.ts';
import type { DependsOn } from './config.ts';
import { type Witness, witnesses } from './worse.ts';

/** In a storm of more new alerts than this nobody can say which run they speak against; those on its own target come first. */
const MOST_NEW = 1_000;

/** The alerts that speak against a run now; none where it has begun no changing step. */
export async function readWitnesses(
  ledger: Pick<Ledger, 'firstBegun' | 'newAlerts' | 'episodesOf'>,
  parts: {
    readonly remediations: ReadonlyMap<string, Remediation>;
    readonly dependsOn: DependsOn;
    rulebook(): Rulebook;
  },
  run: Run,
  incident: Incident,
): Promise<readonly Witness[]> {
  const steps = parts.remediations.get(run.remediation)?.steps;
  // A remediation that is gone cannot say which of its steps change something, so each of them may.
  const changing = steps?.filter(({ effect }) => effect === 'changes').map(({ name }) => name) ?? null;
  const since = await ledger.firstBegun(run.id, changing);
  if (since === null) return [];
  const [fresh, alerts] = await Promise.all([
    ledger.newAlerts({ since, incidentId: incident.id, target: run.target }, MOST_NEW),
    ledger.episodesOf([incident.id]),
  ]);
  return witnesses(fresh, { targets: [run.target, incident.target], alerts }, parts.rulebook(), parts.dependsOn);
}
