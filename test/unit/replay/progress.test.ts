import { expect, test } from 'vitest';
import { showProgress } from '../../../src/replay/progress.ts';

/** What is shown of a thousand alerts, of which each takes so many milliseconds. */
function shown(isTerminal: boolean, each: number, total = 1_000): string {
  let time = 0;
  let text = '';
  const progress = showProgress({
    total,
    isTerminal,
    elapsed: () => time,
    write(more) {
      text += more;
    },
  });
  for (let done = 1; done <= 1_000; done += 1) {
    time += each;
    progress.at(done);
  }
  progress.end();
  return text;
}

test('a terminal has one line that changes, and is clean again at the end', () => {
  const text = shown(true, 10);
  expect(text).not.toContain('\n');
  const states = text.split('\r\u001b[K').slice(1);
  expect(states).toHaveLength(51);
  expect(states[24]).toBe('███████████████░░░░░░░░░░░░░░░ 50 %, 500 alerts, 100/s, 5 s left');
  expect(states.at(-1)).toBe('');
});

test('elsewhere a line comes now and then, without control characters', () => {
  const lines = shown(false, 50).trimEnd().split('\n');
  expect(lines).toEqual([
    '██████░░░░░░░░░░░░░░░░░░░░░░░░ 20 %, 200 alerts, 20/s, 40 s left',
    '████████████░░░░░░░░░░░░░░░░░░ 40 %, 400 alerts, 20/s, 30 s left',
    '██████████████████░░░░░░░░░░░░ 60 %, 600 alerts, 20/s, 20 s left',
    '████████████████████████░░░░░░ 80 %, 800 alerts, 20/s, 10 s left',
    '██████████████████████████████ 100 %, 1,000 alerts, 20/s',
  ]);
});

test('what is over at once shows nothing', () => {
  expect(shown(true, 0)).toBe('');
  expect(shown(false, 0)).toBe('');
});

test('more than was counted beforehand is not more than all', () => {
  expect(shown(false, 50, 500).split('\n').at(-2)).toMatch(/^█{30} 100 %, 1,000 alerts, 20\/s$/);
});
