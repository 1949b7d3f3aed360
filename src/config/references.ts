import { readFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import type { Fault } from './faults.ts';
import { Secret } from './secret.ts';
import type { YamlFile } from './yaml.ts';

/** The environment as it is handed in; nothing but the loader reads the process's own. */
export type Variables = Readonly<Record<string, string | undefined>>;

/** Larger than any key or certificate. */
const LARGEST = 64 * 1024;

type Path = readonly PropertyKey[];

/**
 * Replaces every `{ env: NAME }` and `{ file: PATH }` of a config by the `Secret` it names; paths are relative to the
 * config. One that is not set becomes a missing secret, and the schema or the start decides what that means.
 */
export async function resolveReferences(
  yaml: YamlFile,
  env: Variables,
): Promise<{ readonly value: unknown; readonly faults: readonly Fault[] }> {
  const faults: Fault[] = [];

  async function walk(value: unknown, path: Path): Promise<unknown> {
    if (Array.isArray(value)) return Promise.all(value.map((item, i) => walk(item, [...path, i])));
    if (typeof value !== 'object' || value === null) return value;
    const pairs = Object.entries(value);
    const [only] = pairs;
    if (only !== undefined && pairs.length === 1 && typeof only[1] === 'string') {
      if (only[0] === 'env') return fromEnvironment(only[1], path);
      if (only[0] === 'file') return fromFile(only[1], path);
    }
    const walked = await Promise.all(
      pairs.map(async ([key, item]) => [key, await walk(item, [...path, key])] as const),
    );
    return Object.fromEntries(walked);
  }

  function fromEnvironment(name: string, path: Path): Secret {
    if (/^[A-Za-z_][A-Za-z0-9_]*$/.test(name)) return new Secret(env[name] ?? null, `env ${name}`);
    // Not shown: it may be the secret itself, pasted where its name belongs.
    const fix = 'write { env: NAME } with the name of the variable, never its value';
    faults.push(yaml.fault([...path, 'env'], 'this is no name of an environment variable', fix));
    return new Secret(null, 'env');
  }

  async function fromFile(name: string, path: Path): Promise<Secret> {
    const origin = `file ${name}`;
    try {
      const text = await readFile(resolve(dirname(yaml.file), name), 'utf8');
      if (text.length <= LARGEST) return new Secret(text.trimEnd(), origin);
      faults.push(
        yaml.fault([...path, 'file'], `the file '${name}' is too large for a secret`, `at most ${LARGEST} bytes`),
      );
    } catch (error) {
      // A file that is not there is a secret that is not set; anything else is a mistake of the set-up.
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') {
        const why = error instanceof Error ? error.message : String(error);
        faults.push(
          yaml.fault([...path, 'file'], `the file '${name}' cannot be read: ${why}`, 'correct its permissions'),
        );
      }
    }
    return new Secret(null, origin);
  }

  return { value: await walk(yaml.value, []), faults };
}
