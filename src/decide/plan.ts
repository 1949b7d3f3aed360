import { createHash } from 'node:crypto';
import type { Target } from '../domain/alert.ts';
import type { JsonObject } from '../domain/json.ts';

/** What would be run. An approval is given to exactly this. */
export interface Plan {
  readonly remediation: string;
  readonly params: JsonObject;
  readonly target: Target;
  /** The version of the rule that asks for it. */
  readonly ruleHash: string;
}

/** Equal for equal plans; any change of remediation, parameters, target or rule gives another one. */
export function planHash({ remediation, params, target, ruleHash }: Plan): string {
  const sorted = Object.fromEntries(Object.entries(params).sort(([a], [b]) => (a < b ? -1 : 1)));
  const text = JSON.stringify([remediation, sorted, target.kind, target.id, ruleHash]);
  return createHash('sha256').update(text).digest('base64url').slice(0, 22);
}
