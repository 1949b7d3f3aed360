import { randomBytes } from 'node:crypto';
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Variables } from './references.ts';

/** Secrets that only remedyd and those who talk to it know, so it can make them itself while it is being tried. */
const OWN = ['REMEDYD_WEBHOOK_TOKEN', 'REMEDYD_API_TOKEN'] as const;

/** Of the embedded Postgres; nobody else needs it. */
const DATABASE = 'REMEDYD_EMBEDDED_PASSWORD';

export interface OwnSecrets {
  /** The environment, with what was made up put in where it had nothing. */
  readonly variables: Variables;
  readonly databasePassword: string;
  /** Names of those that were made now. */
  readonly made: readonly string[];
}

/**
 * Outside production, secrets that nobody has set are made at random and kept in the data folder (mode 0600), so that
 * the first start works and is not open to anybody. In production nothing is made up: a missing secret stops the start.
 */
export async function ownSecrets(
  dataDir: string,
  variables: Variables,
  wants: { readonly production: boolean; readonly embedded: boolean },
): Promise<OwnSecrets> {
  const { production, embedded } = wants;
  const file = join(dataDir, 'secrets.json');
  const kept = await read(file);
  const wanted = [...(embedded ? [DATABASE] : []), ...(production ? [] : OWN)];
  const made = wanted.filter((name) => kept[name] === undefined && (variables[name] ?? '') === '');
  const all = { ...kept, ...Object.fromEntries(made.map((name) => [name, randomBytes(24).toString('base64url')])) };
  if (made.length > 0) await write(dataDir, file, all);
  const own = production ? {} : Object.fromEntries(OWN.map((name) => [name, variables[name] || all[name]]));
  return { variables: { ...variables, ...own }, databasePassword: all[DATABASE] ?? '', made };
}

async function read(file: string): Promise<Record<string, string>> {
  try {
    return JSON.parse(await readFile(file, 'utf8')) as Record<string, string>;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return {};
    throw new Error(`The secrets in ${file} cannot be read; restore the file, or remove it to have new ones made`, {
      cause: error,
    });
  }
}

/** Through a new file, so that a crash leaves the old secrets or the new ones and never half a file. */
async function write(dataDir: string, file: string, secrets: Record<string, string>): Promise<void> {
  await mkdir(dataDir, { recursive: true });
  await writeFile(`${file}.new`, `${JSON.stringify(secrets, null, 2)}\n`, { mode: 0o600 });
  await rename(`${file}.new`, file);
}
