import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { createPlayer } from '../../../src/replay/player.ts';
import { outcomeJson, printOutcome } from '../../../src/replay/print.ts';
import { replay } from '../../../src/replay/replay.ts';
import type { SideParts } from '../../../src/replay/side.ts';
import type { RecordedEpisode } from '../../../src/store/history.ts';
import { toySide } from '../../support/replay/toy-side.ts';
import { textOf } from '../docs/files.ts';

const FROM = Date.parse('2026-01-19T10:00:00Z');
const MINUTE = 60_000;
const UNTIL = FROM + 600 * MINUTE;

const page = await textOf('docs/replay.md');

/** The toy's rule with these guardrails. */
const side = (guards: object): SideParts => toySide({ guards });

function firing(thing: string, openedAt: number, lasts: number | null): RecordedEpisode {
  const closedAt = lasts === null ? null : openedAt + lasts;
  const labels = { thing };
  const more = { annotations: {}, test: null, severity: null, startsAt: openedAt };
  return { id: 0, source: 'event', fingerprint: thing, name: 'thing:broken', labels, openedAt, closedAt, ...more };
}

/** Five things break together; one of them had been broken before. One is broken for long, one still is. */
const RECORDED: readonly RecordedEpisode[] = [
  firing('a', FROM - 30 * MINUTE, 2 * MINUTE),
  ...['a', 'b', 'c', 'd', 'e'].map((thing) => firing(thing, FROM + 60 * MINUTE, 2 * MINUTE)),
  firing('late', FROM + 120 * MINUTE, 40 * MINUTE),
  firing('still', FROM + 180 * MINUTE, null),
].map((one, i) => ({ ...one, id: i + 1 }));

async function* recorded(episodes: readonly RecordedEpisode[]) {
  yield episodes;
}

async function outcomeOf(now: SideParts, candidate: SideParts | null, episodes = RECORDED) {
  const span = { start: FROM - 60 * MINUTE, from: FROM, until: UNTIL, population: 100 };
  const replayed = await replay(recorded(episodes), {
    now: createPlayer(now, span),
    candidate: candidate === null ? null : createPlayer(candidate, span),
    from: FROM,
    onProgress: () => undefined,
  });
  const size = { alerts: replayed.alerts, incidents: 7, runs: 5, pages: 2 };
  return { replayed, recorded: replayed.alerts === 0 ? { ...size, incidents: 0, runs: 0, pages: 0 } : size };
}

const times = { from: FROM, until: UNTIL, took: 33 };
const guards = { cooldown: '0s', concurrency: 2 };

test('what the page shows is what is printed for these alerts and rules', async () => {
  const shown = /\n```\n(Replayed [\s\S]*?)\n```\n/.exec(page)?.[1];
  const candidate = side(parse(/\n```yaml\n([\s\S]*?)\n```\n/.exec(page)?.[1] ?? '').guards);
  expect(printOutcome({ ...(await outcomeOf(side(guards), candidate)), ...times }).trimEnd()).toBe(shown);
});

test('the same as data', async () => {
  const json = outcomeJson({ ...(await outcomeOf(side(guards), side({ ...guards, cooldown: '3h' }))), ...times });
  expect(JSON.parse(JSON.stringify(json))).toEqual({
    from: '2026-01-19T10:00:00.000Z',
    until: '2026-01-19T20:00:00.000Z',
    alerts: 7,
    tookMs: 33,
    recorded: { alerts: 7, incidents: 7, runs: 5, pages: 2 },
    now: expect.objectContaining({ incidents: 7, runs: 4, pages: 2, peak: 2, peaks: { 'thing-broken': 2 } }),
    candidate: expect.objectContaining({ runs: 4, held: { concurrency: 2, cooldown: 1 } }),
    differences: { 'run-added': 1, 'run-removed': 1, 'verdict-changed': 2 },
    examples: {
      'run-added': [{ now: expect.objectContaining({ target: 'thing:c', runs: [] }), candidate: expect.anything() }],
      'run-removed': [{ now: expect.objectContaining({ target: 'thing:a' }), candidate: expect.anything() }],
      'verdict-changed': [expect.anything(), expect.anything()],
    },
  });
});

test('a record without alerts says so, with the time', async () => {
  const text = printOutcome({ ...(await outcomeOf(side(guards), side(guards), [])), ...times });
  expect(text).toBe(
    'Replayed 0 alerts from 2026-01-19T10:00:00.000Z to 2026-01-19T20:00:00.000Z in 33 ms.\n\n' +
      'No alert is recorded from that time, so nothing was tried; look further back with --since.\n',
  );
});

test('without a candidate nothing is compared, and the same rules decide alike', async () => {
  const alone = printOutcome({ ...(await outcomeOf(side(guards), null)), ...times });
  expect(alone).toContain('Nothing was compared; name other rules with --rules');
  expect(alone).not.toContain('candidate');
  const same = printOutcome({ ...(await outcomeOf(side(guards), side(guards))), ...times });
  expect(same).toContain('Every incident is decided alike.');
});
