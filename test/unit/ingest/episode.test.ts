import { describe, expect, test } from 'vitest';
import { type Meaning, meaningOf, openEpisode, resolved, seenAgain } from '../../../src/ingest/episode.ts';
import { ends, fires, NOW } from './batches.ts';

const WINDOW = 300_000;
const MINUTE = 60_000;

const firing = openEpisode(fires('a', { startsAt: NOW - 10 * MINUTE }), NOW - 10 * MINUTE);
const over = resolved(firing, ends('a', { endsAt: NOW - MINUTE }), NOW - MINUTE);

test.each<[string, ReturnType<typeof fires>, typeof firing | undefined, Meaning]>([
  ['fires and is not known', fires('a'), undefined, 'open'],
  ['fires while we hold it as firing', fires('a'), firing, 'repeat'],
  ['comes again with another start', fires('a', { startsAt: NOW - 90 * MINUTE }), firing, 'repeat'],
  ['ends', ends('a'), firing, 'resolve'],
  ['ends without saying when', ends('a', { endsAt: null }), firing, 'resolve'],
  ['ends at an end that the sender put into the future', ends('a', { endsAt: NOW + 60 * MINUTE }), firing, 'resolve'],
  ['ends an episode before this one', ends('a', { endsAt: NOW - 11 * MINUTE }), firing, 'stale'],
  ['ends again', ends('a'), over, 'nothing'],
  ['ends and is not known', ends('a'), undefined, 'nothing'],
  ['fires again after its end', fires('a', { startsAt: NOW - 1_000 }), over, 'open'],
  ['fires without a start after its end', fires('a', { startsAt: null }), over, 'open'],
  ['fires late, about the time before its end', fires('a', { startsAt: NOW - 10 * MINUTE }), over, 'stale'],
])('an alert that %s', (_, alert, current, meaning) => {
  expect(meaningOf(alert, current, NOW, WINDOW)).toBe(meaning);
});

describe('P1: a late delivery is only called late while deliveries can overtake each other', () => {
  const late = fires('a', { startsAt: NOW - 10 * MINUTE });

  test('afterwards it is believed: an Alertmanager that was blind resolves and fires again with the old start', () => {
    expect(meaningOf(late, over, NOW - MINUTE + WINDOW - 1, WINDOW)).toBe('stale');
    expect(meaningOf(late, over, NOW - MINUTE + WINDOW, WINDOW)).toBe('open');
  });

  test('an end in the future does not make what follows late', () => {
    const future = resolved(firing, ends('a', { endsAt: NOW + 20 * MINUTE }), NOW - MINUTE);
    expect(meaningOf(fires('a', { startsAt: NOW - 30_000 }), future, NOW, WINDOW)).toBe('open');
    expect(meaningOf(late, future, NOW, WINDOW)).toBe('stale');
  });
});

test('a delivery more keeps the earliest start and the newest words', () => {
  const again = seenAgain(firing, fires('a', { startsAt: NOW - 20 * MINUTE, annotations: { value: '7' } }), NOW);
  expect(again).toMatchObject({ startsAt: NOW - 20 * MINUTE, annotations: { value: '7' }, deliveries: 2, seenAt: NOW });
  expect(seenAgain(firing, fires('a', { startsAt: NOW }), NOW).startsAt).toBe(NOW - 10 * MINUTE);
  expect(seenAgain(firing, fires('a', { startsAt: null }), NOW).startsAt).toBe(NOW - 10 * MINUTE);
  expect(seenAgain({ ...firing, startsAt: null }, fires('a', { startsAt: NOW }), NOW).startsAt).toBe(NOW);
});

test('an end without a time ended when we heard of it', () => {
  const end = resolved(firing, ends('a', { endsAt: null }), NOW);
  expect(end).toMatchObject({ status: 'resolved', endsAt: NOW, closedAt: NOW });
});
