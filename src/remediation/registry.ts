import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { nearest } from '../config/nearest.ts';
import { isRemediation, type Remediation } from './define.ts';
import type { Settings } from './tools.ts';

export type LoadedRemediation = Remediation & {
  /** Its path under the folder, such as `phones/reconnect`. */
  readonly name: string;
};

export type Registry = ReadonlyMap<string, LoadedRemediation>;

/** What is wrong with one remediation, and what to do about it. */
export interface RemediationFault {
  /** The file, or the remediation's name where it did load. */
  readonly where: string;
  readonly message: string;
  readonly fix: string;
}

/** Faults of remediations, all of them at once: a start that stops must not stop again at the next one. */
export class RemediationFaults extends Error {
  override readonly name = 'RemediationFaults';
  readonly faults: readonly RemediationFault[];

  constructor(faults: readonly RemediationFault[]) {
    super(faults.map(({ where, message, fix }) => `${where}: ${message} — ${fix}`).join('\n'));
    this.faults = faults;
  }
}

/**
 * Loads every `<area>/<verb-noun>.ts` below the folder. Files directly in it, in deeper folders, starting with `_` or
 * ending in `.test.ts` are what remediations share, and are left alone.
 *
 * @throws RemediationFaults naming every file that does not load or declares no remediation.
 */
export async function loadRemediations(folder: string): Promise<Registry> {
  const files = await findFiles(folder);
  const loaded = await Promise.all(files.map((file) => loadOne(folder, file)));
  const faults = loaded.filter((one) => 'fix' in one);
  if (faults.length > 0) throw new RemediationFaults(faults);
  return new Map(loaded.filter((one) => 'steps' in one).map((one) => [one.name, one]));
}

/** Tools that remediations need and the config does not have. */
export function checkNeeds(registry: Registry, available: readonly string[]): readonly RemediationFault[] {
  return [...registry.values()].flatMap(({ name, needs }) =>
    needs
      .filter((need) => !available.includes(need))
      .map((need) => {
        const meant = nearest(need, available);
        const message = `it needs the tool '${need}', which the config does not have`;
        const instead = meant === null ? 'remove the remediation' : `name it as the config's '${meant}'`;
        return { where: name, message, fix: `add '${need}' under tools, or ${instead}` };
      }),
  );
}

/** Settings that remediations could not read. Each mistake is told once, however many remediations read that part. */
export function checkSettings(registry: Registry, settings: Settings): readonly RemediationFault[] {
  const schemas = new Map([...registry.values()].map((one) => [one.settings, one.name]));
  return [...schemas].flatMap(([schema, name]) =>
    (schema?.safeParse(settings).error?.issues ?? []).map(({ path, message }) => ({
      where: ['settings', ...path.map(String)].join('.'),
      message,
      fix: `correct it in the config; ${name} reads it`,
    })),
  );
}

async function findFiles(folder: string): Promise<readonly string[]> {
  const areas = (await readdir(folder, { withFileTypes: true })).filter((one) => one.isDirectory());
  const files = await Promise.all(
    areas.map(async (area) =>
      (await readdir(join(folder, area.name), { withFileTypes: true }))
        .filter((one) => one.isFile() && isCandidate(one.name))
        .map((one) => `${area.name}/${one.name}`),
    ),
  );
  return files.flat().toSorted();
}

function isCandidate(file: string): boolean {
  return file.endsWith('.ts') && !file.endsWith('.test.ts') && !file.endsWith('.d.ts') && !file.startsWith('_');
}

async function loadOne(folder: string, file: string): Promise<LoadedRemediation | RemediationFault> {
  const name = file.slice(0, -'.ts'.length);
  const where = join(folder, file);
  if (!/^[a-z0-9]+(?:-[a-z0-9]+)*\/[a-z0-9]+(?:-[a-z0-9]+)*$/.test(name)) {
    return { where, message: `'${name}' is no name of a remediation`, fix: 'name it <area>/<verb-noun> in lower case' };
  }
  try {
    const module: { default?: unknown } = await import(pathToFileURL(where).href);
    if (isRemediation(module.default)) return Object.freeze({ ...module.default, name });
    return {
      where,
      message: 'its default export is no remediation',
      fix: 'export default defineRemediation({ … }), or move what is shared into a folder beside it',
    };
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    return { where, message: `it does not load: ${message}`, fix: 'correct the file, or remove it' };
  }
}
