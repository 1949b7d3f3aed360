import { spawn } from 'node:child_process';
import { readFile, stat } from 'node:fs/promises';
import { text } from 'node:stream/consumers';
import { EmbeddedPostgresUnavailable } from './binaries.ts';

/** How Postgres programs are started: as whom, and with what in front of the command. */
export interface Account {
  /** Owner of the data; undefined when it is simply ourselves. */
  readonly uid?: number;
  readonly gid?: number;
  /** Goes before the command, for example setpriv with its options. */
  readonly prefix: readonly string[];
}

/**
 * Postgres refuses to run as root, so root starts it as somebody else: the owner of the data if that is not root, else
 * `postgres`, else `nobody`. That user may be unable to reach the programs or the data, when a folder above them is
 * closed to all but root. Then it is given just enough of root's power over files, and no more than is needed.
 *
 * @throws EmbeddedPostgresUnavailable when no way works.
 */
export async function chooseAccount(places: {
  readonly postgres: string;
  readonly parent: string;
  readonly dataDir: string;
}): Promise<Account> {
  if (process.getuid?.() !== 0) return { prefix: [] };
  const user = (await ownerOf(places.dataDir)) ?? (await accountNamed('postgres')) ?? (await accountNamed('nobody'));
  if (user === undefined) {
    throw new EmbeddedPostgresUnavailable(
      'Postgres refuses to run as root, and there is neither a user postgres nor nobody to run it as. ' +
        'Start remedyd as another user, or set DATABASE_URL to use a Postgres of your own',
    );
  }
  const tried: string[] = [];
  for (const prefix of prefixes(user)) {
    const account = prefix.length === 0 ? { ...user, prefix } : { prefix };
    const trouble = await cannotReach(account, places);
    if (trouble === undefined) return { ...user, prefix };
    tried.push(`${prefix.length === 0 ? `as user ${user.uid}` : prefix.join(' ')}: ${trouble}`);
  }
  throw new EmbeddedPostgresUnavailable(
    `Postgres refuses to run as root, and user ${user.uid} can reach neither ${places.postgres} nor ${places.parent}:\n` +
      `${tried.join('\n')}\nStart remedyd as another user, open those folders, or set DATABASE_URL`,
  );
}

interface User {
  readonly uid: number;
  readonly gid: number;
}

/** From the least power to the most: none, reading and entering every folder, and executing too. */
function prefixes({ uid, gid }: User): readonly (readonly string[])[] {
  const privileged = (...capabilities: readonly string[]) => {
    const list = capabilities.map((capability) => `+${capability}`).join(',');
    return [
      'setpriv',
      `--reuid=${uid}`,
      `--regid=${gid}`,
      '--clear-groups',
      `--inh-caps=${list}`,
      `--ambient-caps=${list}`,
      // Without this access(2), which initdb asks about its own programs, would disregard the capabilities.
      '--securebits=+no_setuid_fixup',
    ];
  };
  const plain: readonly string[] = [];
  if (process.platform !== 'linux') return [plain];
  return [plain, privileged('dac_read_search'), privileged('dac_read_search', 'dac_override')];
}

/** Tries what Postgres will have to do: enter the folder of the data and load its programs and libraries. */
async function cannotReach(
  account: Account,
  places: { postgres: string; parent: string },
): Promise<string | undefined> {
  const [command = '', ...args] = [
    ...account.prefix,
    'sh',
    '-c',
    'cd "$1" && "$2" --version',
    'sh',
    places.parent,
    places.postgres,
  ];
  const child = spawn(command, args, { ...ids(account), cwd: '/', stdio: ['ignore', 'ignore', 'pipe'] });
  const code = new Promise<number | string | null>((resolve) => {
    child.once('error', (error) => resolve(error.message));
    child.once('close', resolve);
  });
  const [stderr, ended] = await Promise.all([text(child.stderr), code]);
  return ended === 0 ? undefined : stderr.trim() || String(ended);
}

/** What `spawn` must be told; a prefix changes the user by itself and needs root to do so. */
export function ids(account: Account): { uid?: number; gid?: number } {
  if (account.prefix.length > 0 || account.uid === undefined || account.gid === undefined) return {};
  return { uid: account.uid, gid: account.gid };
}

async function ownerOf(dataDir: string): Promise<User | undefined> {
  try {
    const { uid, gid } = await stat(dataDir);
    return uid === 0 ? undefined : { uid, gid };
  } catch {
    return undefined;
  }
}

async function accountNamed(name: string): Promise<User | undefined> {
  try {
    const lines = (await readFile('/etc/passwd', 'utf8')).split('\n');
    const [, , uid, gid] = lines.find((line) => line.startsWith(`${name}:`))?.split(':') ?? [];
    return uid === undefined || gid === undefined ? undefined : { uid: Number(uid), gid: Number(gid) };
  } catch {
    return undefined;
  }
}
