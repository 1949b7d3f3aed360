import { setFlagsFromString } from 'node:v8';
import { Worker } from 'node:worker_threads';
import type { CandidateOptions } from '../candidate.ts';
import type { PlayedOut, Player, Span } from '../replay/player.ts';
import type { RecordedEpisode } from '../store/history.ts';

/** What the thread is started with. */
export interface ThreadData {
  readonly rules: CandidateOptions;
  readonly span: Span;
}

/** What it is asked: to play a page, or, with null, to come to the end. */
export type Question = readonly RecordedEpisode[] | null;

/** A heap may grow by so many percent before it is swept; left alone it grows to several times of what is alive. */
const SWEPT_AT = 60;
/** What is new is swept in steps of a third of this; most of it does not outlive one delivery. */
const YOUNG_MB = 96;

/**
 * A player in a thread of its own, so that both sides of a replay have a core each. It reads its rules by itself, since rules
 * are code in part, and code does not travel.
 */
export function startPlayer(rules: CandidateOptions, span: Span): Player & AsyncDisposable {
  const workerData: ThreadData = { rules, span };
  setFlagsFromString(`--heap-growing-percent=${SWEPT_AT}`);
  const resourceLimits = { maxYoungGenerationSizeMb: YOUNG_MB };
  const worker = new Worker(new URL('./replay-side.ts', import.meta.url), { workerData, resourceLimits });
  let failed: Error | null = null;
  worker.on('error', (error) => {
    failed = error instanceof Error ? error : new Error(String(error));
  });

  function ask(question: Question): Promise<PlayedOut> {
    return new Promise((resolve, reject) => {
      if (failed !== null) return reject(failed);
      const stop = (error: unknown) => reject(error);
      const ended = (code: number) => reject(new Error(`A thread of the replay ended by itself, with code ${code}`));
      worker.once('error', stop).once('exit', ended);
      worker.once('message', (answer: PlayedOut) => {
        worker.off('error', stop).off('exit', ended);
        resolve(answer);
      });
      worker.postMessage(question);
    });
  }

  return {
    take: (page) => ask(page),
    end: () => ask(null),
    async [Symbol.asyncDispose]() {
      await worker.terminate();
    },
  };
}
