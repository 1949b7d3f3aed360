import type { z } from 'zod';
import type { Fault } from './faults.ts';
import { suggest } from './nearest.ts';
import { knownKeys } from './schema-keys.ts';
import type { YamlFile } from './yaml.ts';

type Issue = z.core.$ZodIssue;

/** What our own schemas may add to an issue: what to do, and at which character of the text it went wrong. */
interface Extra {
  readonly fix?: string;
  readonly offset?: number;
}

/** Turns what zod found into faults at their places. `schema` is asked which keys it would have known. */
export function faultsOf(yaml: YamlFile, schema: z.ZodType, issues: readonly Issue[]): readonly Fault[] {
  return issues.flatMap((issue) => faultsOfOne(yaml, schema, issue));
}

function faultsOfOne(yaml: YamlFile, schema: z.ZodType, issue: Issue): readonly Fault[] {
  const { path } = issue;
  const name = dotted(path);
  switch (issue.code) {
    case 'unrecognized_keys': {
      const known = knownKeys(schema, path);
      return issue.keys.map((key) =>
        yaml.fault([...path, key], `unknown key '${key}'${name === '' ? '' : ` in ${name}`}`, suggest(key, known), {
          key: true,
        }),
      );
    }
    case 'invalid_union': {
      const branch = likeliest(issue.errors);
      if (branch !== null) {
        const deeper = branch.map((inner) => ({ ...inner, path: [...path, ...inner.path] }) as Issue);
        return faultsOf(yaml, schema, deeper);
      }
      break;
    }
    case 'invalid_type': {
      const missing = missingAt(yaml, path);
      if (missing !== null) return [missing];
      return [
        yaml.fault(path, `${name || 'this entry'} is no ${word(issue.expected)}`, `write ${article(issue.expected)}`),
      ];
    }
    case 'invalid_value': {
      const allowed = issue.values.map(String);
      const missing = missingAt(yaml, path);
      if (missing !== null) return [{ ...missing, fix: `use one of ${allowed.join(', ')}` }];
      const given = String(valueAt(yaml.value, path));
      return [yaml.fault(path, `${name}: '${given}' is not allowed`, suggest(given, allowed))];
    }
    case 'too_small':
      if (issue.origin !== 'number' && issue.origin !== 'int') break;
      return [
        yaml.fault(
          path,
          `${name} is too small`,
          `write ${issue.inclusive ? 'at least' : 'more than'} ${issue.minimum}`,
        ),
      ];
    case 'too_big':
      if (issue.origin !== 'number' && issue.origin !== 'int') break;
      return [
        yaml.fault(path, `${name} is too large`, `write ${issue.inclusive ? 'at most' : 'less than'} ${issue.maximum}`),
      ];
  }
  return [plain(yaml, issue, name)];
}

/** The fault where there is nothing at all: no key, or a key with nothing behind it. Null where there is a value. */
function missingAt(yaml: YamlFile, path: readonly PropertyKey[]): Fault | null {
  const found = valueAt(yaml.value, path);
  if (found !== undefined && found !== null) return null;
  const last = path.at(-1);
  if (last === undefined) return yaml.fault(path, 'the file is empty', 'fill it or remove it');
  if (typeof last === 'number') return yaml.fault(path, `an entry${of(path)} is empty`, 'fill it or remove it');
  if (found === null)
    return yaml.fault(path, `'${String(last)}'${of(path)} has no value`, 'write one, or remove the key');
  return yaml.fault(path, `'${String(last)}' is missing${of(path)}`, `add '${String(last)}:'`);
}

/** Messages of our own say the fault, a semicolon, and what to do. */
function plain(yaml: YamlFile, issue: Issue, name: string): Fault {
  const extra: Extra = issue.code === 'custom' ? (issue.params ?? {}) : {};
  const [message = '', ...rest] = issue.message.split('; ');
  const fix = extra.fix ?? rest.join('; ');
  const where = extra.offset === undefined ? {} : { offset: extra.offset };
  const text = extra.fix === undefined ? message : issue.message;
  return yaml.fault(issue.path, name === '' ? text : `${name}: ${text}`, fix, where);
}

/**
 * The branch of a union that its author had in mind: the only one whose faults lie inside the value instead of refusing it
 * as a whole. Null where that is not clear; the union's own message is shown then.
 */
function likeliest(branches: readonly (readonly Issue[])[]): readonly Issue[] | null {
  const inner = branches.filter((issues) =>
    issues.every(({ path, code }) => path.length > 0 || code === 'unrecognized_keys'),
  );
  return inner.length === 1 ? (inner[0] ?? null) : null;
}

/** `guards.budget.per`; the outermost list and its index say nothing that the line does not. */
function dotted(path: readonly PropertyKey[]): string {
  const from = typeof path[1] === 'number' ? 2 : 0;
  return path
    .slice(from)
    .map((step, i) => (typeof step === 'number' ? `[${step}]` : i === 0 ? String(step) : `.${String(step)}`))
    .join('');
}

function of(path: readonly PropertyKey[]): string {
  const parent = dotted(path.slice(0, -1));
  return parent === '' ? '' : ` in ${parent}`;
}

function valueAt(value: unknown, path: readonly PropertyKey[]): unknown {
  let found = value;
  for (const step of path) {
    if (typeof found !== 'object' || found === null || !Object.hasOwn(found, step)) return undefined;
    found = (found as Record<PropertyKey, unknown>)[step];
  }
  return found;
}

const WORDS: Readonly<Record<string, readonly [string, string]>> = {
  object: ['map', 'a map of keys and values'],
  array: ['list', "a list, one '- ' for each item"],
  string: ['text', 'a text, in quotes where it looks like something else'],
  number: ['number', 'a number'],
  int: ['whole number', 'a whole number'],
  boolean: ['true or false', 'true or false'],
};

function word(expected: string): string {
  return WORDS[expected]?.[0] ?? expected;
}

function article(expected: string): string {
  return WORDS[expected]?.[1] ?? expected;
}
