import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { rememberPopulation } from '../../../src/store/populations.ts';
import { MINUTE } from '../../unit/decide/bench.ts';
import { type Deciding, NOW, openDeciding } from './deciding.ts';

let deciding: Deciding;

beforeAll(async () => {
  deciding = await openDeciding();
});
beforeEach(() => deciding.clear());
afterAll(() => deciding[Symbol.asyncDispose]());

/** A cup that was broken so many minutes ago and well again a minute later, by itself or as it is said. */
async function cameAndWent(minutes: number, more: object = {}): Promise<void> {
  const { state, db } = deciding;
  const [at, now] = [NOW - minutes * MINUTE, state.now];
  state.now = at;
  await deciding.opens([`cup-${minutes}`], { target: { kind: 'thing', id: 'cup' }, ...more });
  state.now = now;
  await db.run(
    `update remedyd.incidents set state = 'closed', reason = $2, ended_at = $3, firing = false where id = $1`,
    [`inc-cup-${minutes}`, (more as { reason?: string }).reason ?? 'cleared-by-itself', new Date(at + MINUTE)],
  );
  await db.run('delete from remedyd.outbox');
}

test('a target that keeps coming and going by itself is left alone until it is steady', async () => {
  deciding.guarded({ flapping: { changes: 4, within: 30 * MINUTE } });
  for (const minutes of [20, 10]) await cameAndWent(minutes);
  await deciding.opens(['cup', 'vase']);
  await deciding.decides();
  expect(await deciding.became()).toEqual({ cup: 'held flapping', vase: 'running admitted' });
  // The first of its changes lies half an hour back then.
  deciding.state.now += 10 * MINUTE;
  await deciding.decides();
  expect(await deciding.became()).toMatchObject({ cup: 'running admitted' });
});

test.each([
  ['what was mended', { reason: 'source-resolved' }],
  ['what a person closed', { reason: 'closed-by-person' }],
  ['what another rule opened', { rule: 'another' }],
])('%s was no change of its own', async (_, more) => {
  deciding.guarded({ flapping: { changes: 4, within: 30 * MINUTE } });
  for (const minutes of [20, 10]) await cameAndWent(minutes, more);
  await deciding.opens(['cup']);
  await deciding.decides();
  expect(await deciding.became()).toEqual({ cup: 'running admitted' });
});

test('what was counted within the hour is remembered for every replica, and then forgotten', async () => {
  const { db } = deciding;
  const count = (n: number, minutes: number) => rememberPopulation(db, 'things/mend', n, NOW + minutes * MINUTE);
  expect(await count(20, 0)).toBeUndefined();
  expect(await count(22, 1)).toEqual({ least: 20, most: 20 });
  expect(await count(9, 2)).toEqual({ least: 20, most: 22 });
  expect(await rememberPopulation(db, 'things/other', 1, NOW)).toBeUndefined();
  expect(await count(9, 61)).toEqual({ least: 9, most: 9 });
  const rows = await db.query(`select 1 from remedyd.populations where remediation = 'things/mend'`);
  expect(rows).toHaveLength(2);
});
