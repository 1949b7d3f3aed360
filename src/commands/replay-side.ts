import { parentPort, workerData } from 'node:worker_threads';
import { loadCandidate } from '../candidate.ts';
import { formatFaults } from '../config/faults.ts';
import { settingsOf } from '../engine/settings.ts';
import { createPlayer } from '../replay/player.ts';
import type { Question, ThreadData } from './replay-thread.ts';

// The other end of `replay-thread.ts`: one side of a replay, page after page.
const { rules, span } = workerData as ThreadData;
const loaded = await loadCandidate(rules);
if ('faults' in loaded) throw new Error(`The rules changed while they were read:\n${formatFaults(loaded.faults)}`);
const { config, rulebook, remediations } = loaded;
const player = createPlayer({ rulebook, remediations, settings: settingsOf(config) }, span);
let last: Promise<unknown> = Promise.resolve();

parentPort?.on('message', (question: Question) => {
  // One after another: who is asked while the rules are still being read waits for his turn.
  last = last.then(async () =>
    parentPort?.postMessage(await (question === null ? player.end() : player.take(question))),
  );
});
