import { watch } from 'chokidar';
import type { Fault } from '../config/faults.ts';
import type { Clock, Millis } from '../domain/time.ts';
import type { LoadedRules } from './load.ts';
import type { Rulebook } from './rulebook.ts';

export interface RuleWatchOptions {
  readonly folder: string;
  /** Reads the folder; `loadRulebook` with its remediations. */
  readonly load: () => Promise<LoadedRules>;
  readonly clock: Clock;
  /** How long the folder must be quiet: an editor or a checkout writes several files, and half of them is no rule set. */
  readonly quiet?: Millis;
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

/** Watches a folder of rules and reads it again whenever it changed. Resolves once the watch is on. */
export async function watchRules(options: RuleWatchOptions): Promise<RuleWatch> {
  const { folder, load, clock, quiet = 300, onLoad, onFault } = options;
  const watcher = watch(folder, { ignoreInitial: true, depth: 0 });
  let waiting = new AbortController();
  let last: Promise<void> = Promise.resolve();
  let closed = false;

  /** One at a time, so that an older reading never replaces a newer one. */
  function reload(): Promise<void> {
    last = last.then(async () => {
      const loaded = await loadSafely();
      if (closed) return;
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

  function changed(): void {
    waiting.abort();
    waiting = new AbortController();
    clock.sleep(quiet, waiting.signal).then(reload, () => {
      // Aborted by the next change, which waits in its turn.
    });
  }

  watcher.on('all', (_event, path) => {
    if (/\.ya?ml$/.test(path)) changed();
  });
  watcher.on('error', (error) => {
    const message = `the folder of rules can no longer be watched: ${error instanceof Error ? error.message : String(error)}`;
    onFault([{ file: folder, line: 1, column: 1, message, fix: 'send SIGHUP to read the rules again' }]);
  });
  await new Promise<void>((resolve) => watcher.once('ready', () => resolve()));

  return {
    reload,
    async close() {
      closed = true;
      waiting.abort();
      await watcher.close();
      await last;
    },
  };
}
