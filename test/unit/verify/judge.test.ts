import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Finding, judge, type Look, type Progress, type Terms, worsened } from '../../../src/verify/judge.ts';

const TERMS: Terms = { within: 60_000, holdFor: 30_000, resolveWithin: 120_000, noop: false };
const START: Progress = { since: 0, healthySince: null, clearedAt: null };

type Seen = readonly [seconds: number, healthy: boolean, firing: boolean];

/** What is found at the last of these looks, and when. */
function watch(looks: readonly Seen[], terms: Terms = TERMS): string {
  let progress = START;
  for (const [seconds, healthy, firing] of looks) {
    const look: Look = { now: seconds * 1_000, healthy, firing };
    const finding = judge(progress, look, terms);
    if (finding.kind === 'end') return `${finding.outcome} at ${seconds}`;
    progress = finding.progress;
    if (finding.kind === 'cleared') continue;
  }
  return progress.clearedAt === null ? 'waits' : `cleared at ${progress.clearedAt / 1_000}`;
}

const [SICK, WELL, GONE] = [
  (s: number): Seen => [s, false, true],
  (s: number): Seen => [s, true, true],
  (s: number): Seen => [s, true, false],
];

describe('P8: only a healthy world without an alert, for the whole hold time, counts', () => {
  test.each<[string, readonly Seen[], string]>([
    ['well from the start', [GONE(1), GONE(20), GONE(31)], 'held at 31'],
    ['the hold time is not over', [GONE(1), GONE(30)], 'cleared at 1'],
    ['the alert comes back', [GONE(1), WELL(20)], 'recurred at 20'],
    ['the probe turns sick', [GONE(1), [20, false, false]], 'recurred at 20'],
    ['sick for as long as it may', [SICK(1), SICK(59), SICK(60)], 'ineffective at 60'],
    ['well in the last moment', [SICK(59), GONE(60), GONE(90)], 'held at 90'],
    ['well, and the source takes its time', [WELL(50), WELL(100), GONE(169), GONE(199)], 'held at 199'],
    ['well, and the source never says so', [WELL(50), WELL(169), WELL(170)], 'ineffective at 170'],
    [
      'a relapse before the alert was gone starts anew',
      [WELL(10), SICK(20), WELL(30), WELL(149), WELL(150)],
      'ineffective at 150',
    ],
    ['a relapse after its time is over is the end', [WELL(10), WELL(70), SICK(80)], 'ineffective at 80'],
    [
      'an alert that is gone while the probe is sick',
      [
        [1, false, false],
        [60, false, false],
      ],
      'ineffective at 60',
    ],
  ])('%s', (_, looks, expected) => {
    expect(watch(looks)).toBe(expected);
  });
});

describe('a run that had nothing to do', () => {
  const noop = { ...TERMS, noop: true };

  test('is no success even where the world is well', () => {
    expect(watch([GONE(1), GONE(31)], noop)).toBe('noop at 31');
  });

  test('has not helped a sick world, and nothing is waited for', () => {
    expect(watch([SICK(0)], noop)).toBe('ineffective at 0');
  });
});

describe('new alerts since the run', () => {
  const cleared: Progress = { since: 0, healthySince: 1_000, clearedAt: 1_000 };
  const end = (outcome: 'held' | 'recurred' | 'ineffective' | 'noop', progress = START): Finding => {
    return { kind: 'end', outcome, progress };
  };
  const say = (finding: Finding) => (finding.kind === 'end' ? finding.outcome : finding.kind);

  test.each<[string, Finding, number, number, string]>([
    ['none leave the finding', end('ineffective'), 60_000, 0, 'ineffective'],
    ['what did not help has made it worse', end('ineffective'), 60_000, 1, 'worse'],
    ['what came back too', end('recurred', cleared), 20_000, 3, 'worse'],
    ['a success waits for them to pass', end('held', cleared), 31_000, 1, 'wait'],
    ['for as long as a source may take', end('held', cleared), 150_999, 1, 'wait'],
    ['and is none when they stay', end('held', cleared), 151_000, 1, 'worse'],
    ['it is one when they pass', end('held', cleared), 151_000, 0, 'held'],
    ['they say nothing before the end', { kind: 'wait', progress: START }, 1_000, 5, 'wait'],
    ['nor when the alert has just cleared', { kind: 'cleared', progress: cleared }, 1_000, 5, 'cleared'],
    ['what found nothing to do changed nothing', end('noop', cleared), 60_000, 1, 'noop'],
  ])('%s', (_, finding, now, fresh, expected) => {
    expect(say(worsened(finding, now, TERMS, fresh))).toBe(expected);
  });

  test('a run that had nothing to do on a sick world made nothing worse', () => {
    expect(say(worsened(end('ineffective'), 60_000, { ...TERMS, noop: true }, 2))).toBe('ineffective');
  });
});

test('success always means the whole hold time without one bad look', () => {
  const looks = fc.array(fc.tuple(fc.integer({ min: 1, max: 40 }), fc.boolean(), fc.boolean()), {
    minLength: 1,
    maxLength: 30,
  });
  fc.assert(
    fc.property(looks, (given) => {
      let now = 0;
      let progress = START;
      let goodSince: number | null = null;
      for (const [step, healthy, firing] of given) {
        now += step * 1_000;
        const good = healthy && !firing;
        goodSince = good ? (goodSince ?? now) : null;
        const finding = judge(progress, { now, healthy, firing }, TERMS);
        if (finding.kind === 'end') {
          if (finding.outcome === 'held') expect(now - (goodSince ?? now)).toBeGreaterThanOrEqual(TERMS.holdFor);
          else expect(good && now - (goodSince ?? now) >= TERMS.holdFor).toBe(false);
          return;
        }
        progress = finding.progress;
        // It does not look for ever.
        expect(now).toBeLessThanOrEqual(TERMS.within + TERMS.resolveWithin + TERMS.holdFor + 1_000_000);
      }
    }),
    { numRuns: 2_000 },
  );
});
