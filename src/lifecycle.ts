import type { Log } from './observe/log.ts';

/** What has to be ended, in the opposite order of its start, each under a name that the log can show. */
export interface Teardown {
  add(name: string, end: () => unknown): void;
  /** Ends everything once, last to first. One that fails does not keep the others from ending. */
  run(): Promise<void>;
}

export function createTeardown(log: Log): Teardown {
  const stack: { readonly name: string; readonly end: () => unknown }[] = [];
  let running: Promise<void> | undefined;
  return {
    add(name, end) {
      stack.push({ name, end });
    },
    run() {
      running ??= unwind();
      return running;
    },
  };

  async function unwind(): Promise<void> {
    for (let last = stack.pop(); last !== undefined; last = stack.pop()) {
      try {
        await last.end();
        log.debug({ part: last.name }, 'ended');
      } catch (error) {
        log.error({ err: error, part: last.name }, 'did not end well');
      }
    }
  }
}
