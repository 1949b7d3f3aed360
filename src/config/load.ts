import type { z } from 'zod';
import { type Fault, sortFaults } from './faults.ts';
import { faultsOf } from './issues.ts';
import { readYaml } from './read-yaml.ts';
import { resolveReferences, type Variables } from './references.ts';
import { Secret } from './secret.ts';

export type LoadedConfig<T> = { readonly config: T } | { readonly faults: readonly Fault[] };

/**
 * Reads the config: YAML, its references to the environment and to files as secrets, then the schema. Either the whole
 * config comes back, frozen to its depths, or every fault at once. Never throws.
 */
export async function loadConfig<S extends z.ZodType>(from: {
  readonly file: string;
  readonly env: Variables;
  readonly schema: S;
}): Promise<LoadedConfig<z.output<S>>> {
  const yaml = await readYaml(from.file);
  if ('faults' in yaml) return { faults: sortFaults(yaml.faults) };
  const { value, faults } = await resolveReferences(yaml, from.env);
  const parsed = from.schema.safeParse(value);
  if (!parsed.success) return { faults: sortFaults([...faults, ...faultsOf(yaml, from.schema, parsed.error.issues)]) };
  return faults.length > 0 ? { faults: sortFaults(faults) } : { config: freeze(parsed.data) };
}

/** What remedyd takes from the environment by itself, beside the secrets that the config names. */
export interface Environment {
  readonly production: boolean;
  readonly configFile: string;
  /** Secrets, because their addresses hold passwords. Null where they are not set. */
  readonly databaseUrl: Secret | null;
  readonly redisUrl: Secret | null;
  readonly host: string | null;
  readonly port: number | null;
  readonly logLevel: string | null;
  readonly variables: Variables;
}

/**
 * The only place that reads the process's environment. A variable that is empty counts as not set.
 *
 * @throws RangeError where PORT is no port.
 */
export function readEnvironment(variables: Variables = process.env): Environment {
  const read = (name: string): string | null => {
    const value = variables[name]?.trim();
    return value === undefined || value === '' ? null : value;
  };
  const address = (name: string): Secret | null => {
    const value = read(name);
    return value === null ? null : new Secret(value, `env ${name}`);
  };
  return Object.freeze({
    production: read('NODE_ENV') === 'production',
    configFile: read('REMEDYD_CONFIG') ?? 'config/remedyd.yaml',
    databaseUrl: address('DATABASE_URL'),
    redisUrl: address('REDIS_URL'),
    host: read('HOST'),
    port: portOf(read('PORT')),
    logLevel: read('LOG_LEVEL'),
    variables,
  });
}

function portOf(text: string | null): number | null {
  if (text === null) return null;
  const port = Number(text);
  if (!/^\d+$/.test(text) || port > 65_535) {
    throw new RangeError(`PORT is '${text}'; set it to a number from 0 to 65535, or unset it`);
  }
  return port;
}

function freeze<T>(value: T): T {
  if (typeof value !== 'object' || value === null || value instanceof Secret || Object.isFrozen(value)) return value;
  Object.freeze(value);
  for (const item of Object.values(value)) freeze(item);
  return value;
}
