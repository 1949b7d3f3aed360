import type { z } from 'zod';
import type { JsonObject } from '../domain/json.ts';
import type { Remediation } from '../remediation/define.ts';
import { labelValue, type Matchable } from './matchers/match-labels.ts';
import type { Attempt, Binding } from './rule.ts';

/** What rules need of the remediations that were loaded: a map from name to remediation is one. */
export type Remediations = Pick<ReadonlyMap<string, Remediation>, 'get' | 'keys'>;

/** Parameters as the remediation's schema gave them back, or why the labels do not fit it. */
export type Bound = { readonly params: JsonObject } | { readonly why: string };

/**
 * Gives a remediation its parameters: constants, and labels of the alert. A label is text; where the schema wants a number
 * or true or false and the text is one, it is read as that. The schema has the last word on everything.
 */
export function bind(attempt: Attempt, remediation: Remediation, alert: Matchable): Bound {
  const { shape } = remediation.params;
  const given: [string, unknown][] = [];
  const missing: string[] = [];
  for (const [name, binding] of Object.entries(attempt.with)) {
    const value = readBinding(binding, alert, shape[name]);
    if (value !== undefined) given.push([name, value]);
    else if ('label' in binding) missing.push(`the alert has no label '${binding.label}' for '${name}'`);
  }
  const result = remediation.params.safeParse(Object.fromEntries(given));
  if (result.success) return { params: result.data as JsonObject };
  return { why: missing.length > 0 ? missing.join('; ') : sayIssues(result.error.issues) };
}

function readBinding(binding: Binding, alert: Matchable, schema: z.core.$ZodType | undefined): unknown {
  if ('constant' in binding) return binding.constant;
  const text = labelValue(alert, binding.label);
  if (text === '') return binding.fallback;
  return readings(text).find((reading) => schema !== undefined && fits(schema as z.ZodType, reading)) ?? text;
}

/** The text itself comes first, so that `007` stays a text wherever a text is wanted. */
function readings(text: string): readonly unknown[] {
  const list: unknown[] = [text];
  if (/^-?\d+(?:\.\d+)?$/.test(text)) list.push(Number(text));
  if (text === 'true' || text === 'false') list.push(text === 'true');
  return list;
}

export function fits(schema: z.ZodType, value: unknown): boolean {
  return schema.safeParse(value).success;
}

/** What a schema found, in one sentence for people. */
export function sayIssues(issues: readonly z.core.$ZodIssue[]): string {
  return issues
    .slice(0, 5)
    .map(({ path, message }) => (path.length === 0 ? message : `${path.join('.')}: ${message}`))
    .join('; ');
}
