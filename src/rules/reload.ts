import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Fault } from '../config/faults.ts';
import type { Clock, Millis } from '../domain/time.ts';
import type { LoadedRules } from './load.ts';
import type { Rulebook } from './rulebook.ts';

export interface RuleWatchOptions {
  readonly folder: string;
  /** Reads the folder; `loadRulebook` with its remediations. */
  readonly load: () => Promise<LoadedRules>;
  readonly clock: Clock;
  /** How often the folder is looked at. A change counts once it has stayed the same from one look to the next. */
  readonly every?: Millis;
  /** A sound set, which takes the place of the old one. */
  readonly onLoad: (rulebook: Rulebook) => void;
  /** A set with faults. The old one stays in force. */
  readonly onFault: (faults: readonly Fault[]) => void;
}

export interface RuleWatch {
  /** Reads the rules now, as SIGHUP asks for. Resolves when `onLoad` or `onFault` was called. */
  reload(): Promise<void>;
  close(): Promise<void>;
}

/**
 * Reads a folder of rules again whenever it has changed. It looks at the files instead of listening for events: those get
 * lost when two changes follow each other closely, and never come from many container volumes. A change that is still
 * going on (an editor that saves, a checkout) is waited for, because half a change is no rule set.
 */
export async function watchRules(options: RuleWatchOptions): Promise<RuleWatch> {
  const { folder, load, clock, every = 2_000, onLoad, onFault } = options;
  const stopped = new AbortController();
  let inForce = await lookAt(folder);
  let last: Promise<void> = Promise.resolve();

  /** One at a time, so that an older reading never replaces a newer one. */
  function reload(): Promise<void> {
    last = last.then(async () => {
      inForce = await lookAt(folder);
      const loaded = await loadSafely();
      if (stopped.signal.aborted) return;
      if ('faults' in loaded) onFault(loaded.faults);
      else onLoad(loaded.rulebook);
    });
    return last;
  }

  async function loadSafely(): Promise<LoadedRules> {
    try {
      return await load();
    } catch (error) {
      const message = `the rules cannot be read: ${error instanceof Error ? error.message : String(error)}`;
      return { faults: [{ file: folder, line: 1, column: 1, message, fix: 'the rules in force stay as they are' }] };
    }
  }

  async function watch(): Promise<void> {
    let before = inForce;
    for (;;) {
      try {
        await clock.sleep(every, stopped.signal);
      } catch {
        return;
      }
      const now = await lookAt(folder);
      if (now === before && now !== inForce) await reload();
      before = now;
    }
  }

  const watching = watch();
  return {
    reload,
    async close() {
      stopped.abort();
      await watching;
      await last;
    },
  };
}

/** A text that is another one as soon as a file of rules is new, gone or written to. */
async function lookAt(folder: string): Promise<string> {
  try {
    const names = (await readdir(folder)).filter((name) => /\.ya?ml$/.test(name)).sort();
    const looks = await Promise.all(
      names.map(async (name) => {
        const { mtimeNs, size, ino } = await stat(join(folder, name), { bigint: true });
        return `${name} ${mtimeNs} ${size} ${ino}`;
      }),
    );
    return looks.join('\n');
  } catch (error) {
    // A file that vanished between the two calls, or the folder itself: the next look tells.
    return `unreadable: ${error instanceof Error ? error.message : String(error)}`;
  }
}
