import { parseDocument } from 'yaml';
import { fromIso, type Time } from '../domain/time.ts';
import type { Pause } from '../store/pauses.ts';

/** What a pause file asks for. Who the owner is where it does not say is for the caller. */
export type Asked = Pick<Pause, 'scope' | 'key' | 'why' | 'until'> & {
  readonly owner: string | null;
  /** What could not be understood, so that everything is paused; null where all was. */
  readonly fault: string | null;
};

const KEYS = ['scope', 'rule', 'target', 'owner', 'why', 'until'];

const WHY = 'the pause file is there';

/**
 * Reads a pause file. An empty one, or one with a plain sentence, pauses everything; so does one that cannot be understood,
 * because somebody in a hurry meant to stop something.
 *
 * ```yaml
 * owner: ana
 * why: moving the database
 * rule: phone-offline        # or target: phone:phone_07; neither is everything
 * until: 2026-11-22T12:00:00Z
 * ```
 */
export function readPauseFile(text: string): Asked {
  const everything = { scope: 'global', key: '', owner: null, until: null } as const;
  if (text.trim() === '') return { ...everything, why: WHY, fault: null };
  const given = parse(text);
  if (typeof given === 'string') return { ...everything, why: given, fault: null };
  const fault = 'fault' in given ? given.fault : faultOf(given.map);
  if (fault !== null) return { ...everything, why: `${WHY}, and ${fault}`, fault };
  const { rule, target, owner, why, until } = 'map' in given ? given.map : {};
  const place =
    target !== undefined
      ? ({ scope: 'target', key: String(target) } as const)
      : rule !== undefined
        ? ({ scope: 'rule', key: String(rule) } as const)
        : everything;
  return {
    scope: place.scope,
    key: place.key,
    owner: owner === undefined ? null : String(owner),
    why: why === undefined ? WHY : String(why),
    until: until === undefined ? null : timeOf(until),
    fault: null,
  };
}

type Given = Readonly<Record<string, unknown>>;

/** A sentence, a map, or why it is neither. */
function parse(text: string): string | { readonly map: Given } | { readonly fault: string } {
  const document = parseDocument(text, { prettyErrors: false });
  const [error] = document.errors;
  // `deploy: do not touch` is a map, and `see ticket: broken: again` no YAML at all, but each is a sentence for whoever wrote it.
  if (error !== undefined) return { fault: `it is no YAML: ${error.message}` };
  try {
    const value: unknown = document.toJS({ maxAliasCount: 0 });
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return { map: value as Given };
    return typeof value === 'string' ? value.trim() : text.trim();
  } catch (thrown) {
    return { fault: `it is no YAML: ${thrown instanceof Error ? thrown.message : String(thrown)}` };
  }
}

function faultOf(given: Given): string | null {
  const unknown = Object.keys(given).find((key) => !KEYS.includes(key));
  if (unknown !== undefined) return `'${unknown}' is none of ${KEYS.join(', ')}`;
  const odd = Object.entries(given).find(([, value]) => typeof value !== 'string' || value.trim() === '');
  if (odd !== undefined) return `'${odd[0]}' is no text`;
  const { scope, rule, target, until } = given;
  if (rule !== undefined && target !== undefined) return 'it names a rule and a target; write one of them';
  if (target !== undefined && !/^[^:]+:.+$/.test(String(target))) return `'${String(target)}' is no target (kind:id)`;
  const meant = target !== undefined ? 'target' : rule !== undefined ? 'rule' : 'global';
  if (scope !== undefined && scope !== meant) return `its scope is '${String(scope)}', and it names ${named(meant)}`;
  if (until !== undefined && timeOf(until) === null)
    return `'${String(until)}' is no time such as 2026-11-22T12:00:00Z`;
  return null;
}

function named(meant: string): string {
  return meant === 'global' ? 'neither a rule nor a target' : `a ${meant}`;
}

/** A time without a zone would be another one on each host, so it is none. */
function timeOf(text: unknown): Time | null {
  return /(?:Z|[+-]\d\d:?\d\d)$/i.test(String(text)) ? fromIso(text) : null;
}
