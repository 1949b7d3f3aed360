import { type Fault, formatFaults } from '../config/faults.ts';
import type { Clock } from '../domain/time.ts';
import type { LoadedRules } from './load.ts';
import { watchRules } from './reload.ts';
import type { Rulebook } from './rulebook.ts';

/** The rules in force, which can change without a restart. */
export interface LiveRules {
  current(): Rulebook;
  /** What is wrong with the rules on disk, so that older ones are in force; null while those on disk are. */
  fault(): string | null;
  /** Called now and after each reading. */
  onChange(listener: (ok: boolean) => void): void;
  reload(): Promise<void>;
  close(): Promise<void>;
}

/** @throws Error with every fault where the rules cannot be used at the start. */
export async function openLiveRules(options: {
  readonly folder: string;
  readonly clock: Clock;
  load(): Promise<LoadedRules>;
  onFault(faults: readonly Fault[]): void;
}): Promise<LiveRules> {
  const first = await options.load();
  if ('faults' in first) throw new Error(`The rules cannot be used:\n${formatFaults(first.faults)}`);
  let rulebook = first.rulebook;
  let fault: string | null = null;
  const listeners: ((ok: boolean) => void)[] = [];
  const tell = () => {
    for (const listener of listeners) listener(fault === null);
  };
  const watch = await watchRules({
    folder: options.folder,
    clock: options.clock,
    load: options.load,
    onLoad(loaded) {
      rulebook = loaded;
      fault = null;
      tell();
    },
    onFault(faults) {
      fault = formatFaults(faults);
      options.onFault(faults);
      tell();
    },
  });
  return {
    current: () => rulebook,
    fault: () => fault,
    onChange(listener) {
      listeners.push(listener);
      listener(fault === null);
    },
    reload: () => watch.reload(),
    close: () => watch.close(),
  };
}
