/**
 * Makes sure that the programs which the npm registry cannot give are there: found on PATH, else installed with
 * apt-get where that is allowed, else refused with the command to run. Nothing is skipped in silence.
 *
 *     node scripts/ensure.ts                      # what the tests need
 *     node scripts/ensure.ts redis-server chromium
 */
import { spawn } from 'node:child_process';
import { accessSync, constants, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { text } from 'node:stream/consumers';

/** The commands that a program goes by, and the Debian package that brings it. */
const programs = {
  'redis-server': { commands: ['redis-server'], package: 'redis-server', brew: 'redis' },
  prometheus: { commands: ['prometheus'], package: 'prometheus', brew: 'prometheus' },
  'prometheus-alertmanager': {
    commands: ['prometheus-alertmanager', 'alertmanager'],
    package: 'prometheus-alertmanager',
    brew: 'alertmanager',
  },
  chromium: { commands: ['chromium', 'chromium-browser', 'google-chrome'], package: 'chromium', brew: 'chromium' },
} as const;

export type Program = keyof typeof programs;

/** What the tests need when nothing else is asked for. */
export const everything: readonly Program[] = ['redis-server', 'prometheus', 'prometheus-alertmanager', 'chromium'];

/** The path of a program, or undefined when it is not on PATH. */
export function locate(name: Program): string | undefined {
  return programs[name].commands.map(onPath).find((path) => path !== undefined);
}

/**
 * Finds each program or installs it, and answers with their paths. Several processes may call it at once: one
 * installs, the others wait for it and then find what it installed. Throws with the command to run when a
 * program is missing and cannot be installed from here.
 */
export async function ensure<N extends Program>(
  names: readonly N[],
  say: (line: string) => void = console.log,
): Promise<Readonly<Record<N, string>>> {
  const missing = names.filter((name) => locate(name) === undefined);
  const installed = missing.length === 0 ? [] : await installAlone(missing, say);
  const found = names.map((name) => {
    const path = locate(name);
    if (path === undefined) {
      throw new Error(`Installed the package '${programs[name].package}', but '${name}' is still not on PATH`);
    }
    say(`${name}: ${path}${installed.includes(name) ? ' (installed now)' : ''}`);
    return [name, path] as const;
  });
  return Object.fromEntries(found) as Record<N, string>;
}

/** Installs what is still missing once the lock is ours: another process may have installed it meanwhile. */
async function installAlone(missing: readonly Program[], say: (line: string) => void): Promise<readonly Program[]> {
  const asRoot = await rootPrefix();
  if (asRoot === undefined || !onPath('apt-get') || !onPath('flock')) throw new Error(byHand(missing));
  await using _lock = await takeLock();
  const left = missing.filter((name) => locate(name) === undefined);
  if (left.length === 0) return [];
  say(`installing ${left.join(', ')} with apt-get …`);
  const packages = left.map((name) => programs[name].package);
  const { code, output } = await run([...asRoot, 'sh', '-c', installScript, 'ensure', ...packages]);
  if (code !== 0) {
    throw new Error(`apt-get could not install ${packages.join(', ')}:\n${output.slice(-2_000)}\n${byHand(left)}`);
  }
  return left;
}

/**
 * Debian starts a service as soon as its package is installed. policy-rc.d answering 101 forbids that, so that no
 * installed redis or prometheus takes the usual ports; afterwards it is put back as it was. Disabling keeps them
 * from starting with the machine.
 */
const installScript = `
set -eu
export DEBIAN_FRONTEND=noninteractive
policy=/usr/sbin/policy-rc.d
saved=$policy.before-remedyd-ensure
restore() { if [ -e "$saved" ]; then mv -f "$saved" "$policy"; else rm -f "$policy"; fi; }
# A run that was killed half-way has left its own policy behind; that one is not worth keeping.
if [ -e "$policy" ] && ! grep -q remedyd-ensure "$policy"; then mv -f "$policy" "$saved"; fi
trap restore EXIT
trap 'exit 130' INT TERM
printf '#!/bin/sh\\n# remedyd-ensure: removed when the installation is over\\nexit 101\\n' > "$policy"
chmod 755 "$policy"
# A source that cannot be reached need not be the one that we want.
apt-get update -q || echo 'apt-get update failed; going on with the package lists at hand'
apt-get install -q -y --no-install-recommends "$@"
if command -v systemctl > /dev/null; then
  for unit in "$@"; do systemctl disable "$unit" > /dev/null 2>&1 || true; done
fi
`;

/** An empty prefix for root, sudo's for those who may without a password, undefined for everybody else. */
async function rootPrefix(): Promise<readonly string[] | undefined> {
  if (process.getuid?.() === 0) return [];
  if (!onPath('sudo')) return undefined;
  return (await run(['sudo', '-n', 'true'])).code === 0 ? ['sudo', '-n'] : undefined;
}

/** The kernel drops this lock with the process that holds it: nobody has to clean up after a crash. */
async function takeLock(): Promise<AsyncDisposable> {
  const file = join(tmpdir(), `remedyd-ensure-${process.getuid?.() ?? 'all'}.lock`);
  const holder = spawn('flock', ['--exclusive', file, 'sh', '-c', 'echo locked; exec cat > /dev/null'], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const ended = new Promise<void>((resolve) => holder.once('close', () => resolve()));
  await new Promise<void>((resolve, reject) => {
    holder.stdout.once('data', () => resolve());
    holder.once('error', reject);
    holder.once('close', (code) => reject(new Error(`flock ${file} ended with code ${code}`)));
  });
  return {
    async [Symbol.asyncDispose]() {
      holder.stdin.end();
      await ended;
    },
  };
}

async function run(argv: readonly string[]): Promise<{ code: number | null; output: string }> {
  const [command = '', ...rest] = argv;
  const child = spawn(command, rest, { stdio: ['ignore', 'pipe', 'pipe'] });
  const exit = new Promise<number | null>((resolve) => {
    child.once('error', () => resolve(null));
    child.once('close', resolve);
  });
  const [out, err, code] = await Promise.all([text(child.stdout), text(child.stderr), exit]);
  return { code, output: `${out}${err}`.trim() };
}

function byHand(missing: readonly Program[]): string {
  const packages = missing.map((name) => programs[name].package).join(' ');
  const brews = missing.map((name) => programs[name].brew).join(' ');
  return [
    `Not on PATH, and this user may not install: ${missing.join(', ')}. Please run`,
    `  sudo apt-get install -y --no-install-recommends ${packages}      (Debian, Ubuntu)`,
    `  brew install ${brews}      (macOS)`,
  ].join('\n');
}

function onPath(command: string): string | undefined {
  const folders = (process.env.PATH ?? '').split(delimiter).filter((folder) => folder !== '');
  return folders.map((folder) => join(folder, command)).find(isExecutable);
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}

if (import.meta.main) {
  const names = process.argv.slice(2);
  const unknown = names.filter((name) => !Object.hasOwn(programs, name));
  if (unknown.length > 0) {
    console.error(`Unknown: ${unknown.join(', ')}. Known: ${Object.keys(programs).join(', ')}`);
    process.exitCode = 2;
  } else {
    await ensure(names.length === 0 ? everything : (names as Program[])).catch((error: Error) => {
      console.error(error.message);
      process.exitCode = 1;
    });
  }
}
