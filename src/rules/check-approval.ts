import type { Fault } from '../config/faults.ts';
import { suggest } from '../config/nearest.ts';
import type { YamlFile } from '../config/yaml.ts';
import type { Remediations } from './bind.ts';

type Path = readonly PropertyKey[];

/** Who may answer questions, as far as rules can be checked against it. */
export interface Approvers {
  /** By name of the group: how many people it can have at most. A user group of Slack counts as any number. */
  readonly groups: ReadonlyMap<string, number>;
  /** The group that answers where a rule does not say it; null where the config has none. */
  readonly fallback: string | null;
}

/** Whether somebody may answer the questions of a rule, and whether they are as many as it needs. */
export function checkApproval(
  yaml: YamlFile,
  path: Path,
  rule: unknown,
  approvers: Approvers,
  remediations: Remediations | null,
): readonly Fault[] {
  if (!isMap(rule)) return [];
  const { approval } = rule;
  if (!isMap(approval)) return asks(rule, remediations) && approvers.fallback === null ? [nobody(yaml, path)] : [];
  const { from, needs } = approval;
  if (typeof from !== 'string') return [];
  const most = approvers.groups.get(from);
  if (most === undefined) {
    const fix =
      approvers.groups.size === 0
        ? `add people: { ${from}: { users: [U…] } } to the config`
        : `${suggest(from, approvers.groups.keys())} (people of the config)`;
    return [yaml.fault([...path, 'approval', 'from'], `there is no group of people '${from}'`, fix)];
  }
  if (typeof needs !== 'number' || needs <= most) return [];
  const where = [...path, 'approval', 'needs'];
  return [yaml.fault(where, `it needs ${needs} people, and '${from}' has ${most}`, 'add people to it, or need fewer')];
}

/** Whether the rule asks by itself. A breaker can make any rule ask; that is no fault of the rule. */
function asks(rule: Readonly<Record<string, unknown>>, remediations: Remediations | null): boolean {
  const attempts: readonly unknown[] = Array.isArray(rule.do) ? rule.do : [];
  if (attempts.length === 0 || rule.mode === 'observe') return false;
  if (rule.mode === undefined || rule.mode === 'propose') return true;
  return attempts.some((attempt) => {
    const name = isMap(attempt) ? attempt.remediation : undefined;
    return typeof name === 'string' && remediations?.get(name)?.risk === 'high';
  });
}

function nobody(yaml: YamlFile, path: Path): Fault {
  const fix = 'write approval: { from: … } here or in the config, or mode: observe';
  return yaml.fault([...path, 'name'], 'the rule asks before it acts, and there is no approver', fix);
}

function isMap(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
