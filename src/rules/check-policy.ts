import type { Fault } from '../config/faults.ts';
import { suggest } from '../config/nearest.ts';
import type { YamlFile } from '../config/yaml.ts';

/** Whether the escalation policy that a rule names is one of the config. */
export function checkPolicy(
  yaml: YamlFile,
  path: readonly PropertyKey[],
  rule: unknown,
  policies: readonly string[],
): readonly Fault[] {
  const escalate = typeof rule === 'object' && rule !== null && 'escalate' in rule ? rule.escalate : undefined;
  const policy =
    typeof escalate === 'object' && escalate !== null && 'policy' in escalate ? escalate.policy : undefined;
  if (typeof policy !== 'string' || policies.includes(policy)) return [];
  const fix = `${suggest(policy, policies)} (escalation.policies of the config)`;
  return [yaml.fault([...path, 'escalate', 'policy'], `there is no escalation policy '${policy}'`, fix)];
}
