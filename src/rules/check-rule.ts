import type { z } from 'zod';
import type { Fault } from '../config/faults.ts';
import { suggest } from '../config/nearest.ts';
import type { YamlFile } from '../config/yaml.ts';
import { type Remediations, sayIssues } from './bind.ts';

type Path = readonly PropertyKey[];

/** Names of the config's time intervals that `window` may say beside `always`. */
export type Windows = readonly string[];

/** Whether the time that a rule names is one of the config. */
export function checkWindow(yaml: YamlFile, path: Path, rule: unknown, windows: Windows): readonly Fault[] {
  const name = isMap(rule) && isMap(rule.guards) ? rule.guards.window : undefined;
  if (typeof name !== 'string' || name === 'always' || windows.includes(name)) return [];
  const fix = `${suggest(name, ['always', ...windows])} (time_intervals of the config)`;
  return [yaml.fault([...path, 'guards', 'window'], `there is no time interval '${name}'`, fix)];
}

/**
 * What the schema of a rule cannot see: whether its remediations exist and their parameters fit. It reads what was
 * written, not what passed the schema, so that one fault does not hide the next.
 */
export function checkRule(yaml: YamlFile, path: Path, rule: unknown, remediations: Remediations): readonly Fault[] {
  if (!isMap(rule)) return [];
  const faults: Fault[] = [];
  const attempts: readonly unknown[] = Array.isArray(rule.do) ? rule.do : [];
  for (const [i, attempt] of attempts.entries()) {
    if (isMap(attempt)) faults.push(...checkAttempt(yaml, [...path, 'do', i], attempt, remediations));
  }
  faults.push(...checkPercent(yaml, path, rule, attempts, remediations));
  return faults;
}

/** A percentage of nobody knows how many would refuse every run. */
function checkPercent(
  yaml: YamlFile,
  path: Path,
  { guards }: Readonly<Record<string, unknown>>,
  attempts: readonly unknown[],
  remediations: Remediations,
): readonly Fault[] {
  const names = new Set(attempts.map((attempt) => (isMap(attempt) ? attempt.remediation : undefined)));
  const mute = [...names].filter((name) => {
    const remediation = typeof name === 'string' ? remediations.get(name) : undefined;
    return remediation !== undefined && remediation.population === undefined;
  });
  if (mute.length === 0 || !isMap(guards)) return [];
  const shares = [
    ['blast_radius', 'percent', 'give max alone, or the remediation a population'],
    ['common_cause', 'peers_percent', 'leave common_cause out, or give the remediation a population'],
  ] as const;
  return shares.flatMap(([guard, key, fix]) => {
    const limit = guards[guard];
    if (!isMap(limit) || limit[key] === undefined) return [];
    const message = `'${mute.join("', '")}' cannot say of how many this is a percentage, so nothing would ever run`;
    return [yaml.fault([...path, 'guards', guard, key], message, fix)];
  });
}

function checkAttempt(
  yaml: YamlFile,
  path: Path,
  attempt: Readonly<Record<string, unknown>>,
  remediations: Remediations,
): readonly Fault[] {
  const { remediation: name } = attempt;
  if (typeof name !== 'string') return [];
  const remediation = remediations.get(name);
  if (remediation === undefined) {
    const fix = suggest(name, remediations.keys());
    return [yaml.fault([...path, 'remediation'], `there is no remediation '${name}'`, fix)];
  }
  const given = isMap(attempt.with) ? attempt.with : {};
  const { shape } = remediation.params;
  const faults: Fault[] = [];
  for (const [param, value] of Object.entries(given)) {
    const where = [...path, 'with', param];
    if (!Object.hasOwn(shape, param)) {
      faults.push(
        yaml.fault(where, `'${name}' has no parameter '${param}'`, suggest(param, Object.keys(shape)), { key: true }),
      );
      continue;
    }
    faults.push(...checkValue(yaml, where, param, value, shape[param] as z.ZodType));
  }
  for (const [param, schema] of Object.entries(shape)) {
    if (Object.hasOwn(given, param) || accepts(schema as z.ZodType, undefined).success) continue;
    const fix = `add ${param}: { label: NAME } or a constant`;
    faults.push(
      yaml.fault(Object.hasOwn(attempt, 'with') ? [...path, 'with'] : path, `'${name}' needs '${param}'`, fix),
    );
  }
  return faults;
}

function checkValue(yaml: YamlFile, path: Path, param: string, value: unknown, schema: z.ZodType): readonly Fault[] {
  const bound = isMap(value);
  // What a label holds is judged when an alert brings it; only what is written here can be judged now.
  if (bound && value.default === undefined) return [];
  const result = accepts(schema, bound ? value.default : value);
  if (result.success) return [];
  const where = bound ? [...path, 'default'] : path;
  return [yaml.fault(where, `'${param}' does not fit: ${result.why}`, 'write a value that the remediation takes')];
}

/** Authors' schemas are code and may throw; then the value does not fit. */
function accepts(
  schema: z.ZodType,
  value: unknown,
): { readonly success: true } | { readonly success: false; readonly why: string } {
  try {
    const result = schema.safeParse(value);
    return result.success ? { success: true } : { success: false, why: sayIssues(result.error.issues) };
  } catch (error) {
    return { success: false, why: error instanceof Error ? error.message : String(error) };
  }
}

function isMap(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
