import { afterEach, describe, expect, test } from 'vitest';
import { type Engine, type EngineOptions, startEngine } from '../engine/engine.ts';
import { ASKS, asking, breaks, hasButton, now, person, question, said } from './people.ts';

let engine: Engine | undefined;
const start = async (options: EngineOptions = {}) => {
  engine = await startEngine({ rules: asking(ASKS), ...options });
  return engine;
};
afterEach(() => engine?.[Symbol.asyncDispose]());

const timelineOf = async ({ daemon }: Engine, thing = 'cup') => {
  const [found] = await daemon.incidents(`target=thing:${thing}`);
  return (await daemon.incident(found?.id ?? '')).timeline;
};

/** The entries of refused answers, by why. */
const refusals = async (world: Engine) =>
  (await timelineOf(world)).filter(({ type }) => type === 'answer-refused').map(({ data }) => data.why);

const heard = (world: Engine, words: string) =>
  world.slack.until(() => said(world).find((text) => text.includes(words)));

test('P9: a person approves, it runs, and the question shows who and what came of it', async () => {
  const world = await start();
  await breaks(world);
  const asked = await question(world);
  const text = JSON.stringify(asked);
  for (const part of ['things/mend', 'thing: cup', 'oncall may answer', 'Guardrails: ', '"confirm"'])
    expect(text).toContain(part);
  const answer = await person(world, 'U0ANNA').press(asked, 'approve');
  expect([answer.status, await answer.text()]).toEqual([200, '']);
  await world.daemon.untilState('thing:cup', ['verifying', 'healed']);
  await heard(world, 'Approved. The guardrails are asked once more');
  const after = await world.slack.until(() => {
    const found = now(world, asked);
    return JSON.stringify(found).includes('u0anna approved') && found;
  });
  expect(hasButton(after, 'approve') || hasButton(after, 'deny')).toBe(false);
  expect(world.toy.thing('cup').mended).toBe(1);
  const approved = (await timelineOf(world)).find(({ type }) => type === 'approved');
  expect(approved).toMatchObject({ reason: 'approved', data: { person: 'U0ANNA', name: 'u0anna' } });
});

test('P9: a denial wants its reason, stops it, and pages', async () => {
  const world = await start();
  await breaks(world);
  const asked = await question(world);
  const anna = person(world, 'U0ANNA');
  await anna.press(asked, 'deny');
  const view = await world.slack.until(() => world.slack.views[0]);
  const silent = await anna.submit(view, { why: '  ' });
  expect(await silent.json()).toMatchObject({ response_action: 'errors' });
  const answer = await anna.submit(view, { why: 'the carrier works on it <!channel>' });
  expect([answer.status, await answer.text()]).toEqual([200, '']);
  const incident = await world.daemon.untilState('thing:cup', ['escalated']);
  expect(incident.reason).toBe('denied');
  await world.pagerduty.until(() => world.pagerduty.incident(incident.id)?.status === 'triggered');
  const after = await world.slack.until(() => {
    const found = now(world, asked);
    return JSON.stringify(found).includes('u0anna denied') && found;
  });
  expect(hasButton(after, 'approve')).toBe(false);
  expect(JSON.stringify(world.slack.messages())).not.toContain('<!channel>');
  expect(world.toy.things.get('cup')?.mended ?? 0).toBe(0);
  await heard(world, 'Denied. Nothing is run');
});

describe('P9: needs: 2', () => {
  const two = { rules: asking('approval: { from: oncall, needs: 2, within: 10m }') };

  test('one person counts once, two run it, and the question shows who has answered so far', async () => {
    const world = await start(two);
    await breaks(world);
    const asked = await question(world);
    const anna = person(world, 'U0ANNA');
    await anna.press(asked, 'approve');
    await heard(world, 'Your yes counts: 1 of 2');
    const half = await world.slack.until(() => {
      const found = now(world, asked);
      return JSON.stringify(found).includes('u0anna approved') && found;
    });
    expect(hasButton(half, 'approve')).toBe(true);
    expect(JSON.stringify(half)).toContain('1 of 2 have approved');
    await anna.press(asked, 'approve');
    await heard(world, 'You have approved it already');
    await person(world, 'U0BOB').press(asked, 'approve');
    await world.daemon.untilState('thing:cup', ['running', 'verifying', 'healed']);
    expect(await refusals(world)).toEqual(['repeated']);
    const types = (await timelineOf(world)).map(({ type }) => type);
    expect(types.filter((type) => type === 'answered' || type === 'approved')).toEqual(['answered', 'approved']);
  });

  test('a no wins over a yes', async () => {
    const world = await start(two);
    await breaks(world);
    const asked = await question(world);
    await person(world, 'U0ANNA').press(asked, 'approve');
    await heard(world, 'Your yes counts');
    const bob = person(world, 'U0BOB');
    await bob.press(asked, 'deny');
    const view = await world.slack.until(() => world.slack.views[0]);
    await bob.submit(view, { why: 'not now' });
    expect(await world.daemon.untilState('thing:cup', ['escalated'])).toMatchObject({ reason: 'denied', runs: [] });
  });
});

describe('P9: an answer that does not count says why, to the person and in the history', () => {
  test('of somebody who may not', async () => {
    const world = await start();
    await breaks(world);
    const asked = await question(world);
    await person(world, 'U0EVE').press(asked, 'approve');
    await heard(world, "Only 'oncall' may answer this");
    expect(await refusals(world)).toEqual(['not-allowed']);
    expect(await world.daemon.untilState('thing:cup', ['approving'])).toMatchObject({ runs: [] });
  });

  test('to what was decided already', async () => {
    const world = await start();
    await breaks(world);
    const asked = await question(world);
    await person(world, 'U0ANNA').press(asked, 'approve');
    await heard(world, 'Approved.');
    await person(world, 'U0BOB').press(asked, 'approve');
    await heard(world, 'It was approved already by u0anna');
    expect(await refusals(world)).toEqual(['decided']);
  });

  test('after its time', async () => {
    const world = await start();
    await breaks(world);
    const asked = await question(world);
    await world.daemon.db.run('update remedyd.approvals set expires_at = asked_at');
    await person(world, 'U0ANNA').press(asked, 'approve');
    await heard(world, 'The time to answer is over');
    expect(await refusals(world)).toEqual(['expired']);
  });

  test('that came a second time, to the byte', async () => {
    const world = await start();
    await breaks(world);
    const asked = await question(world);
    const anna = person(world, 'U0ANNA');
    await anna.press(asked, 'approve');
    await heard(world, 'Approved.');
    for (let i = 0; i < 3; i += 1) expect((await anna.again()).status).toBe(200);
    await heard(world, 'This came twice');
    expect(await refusals(world)).toEqual(['replayed']);
    await world.daemon.untilState('thing:cup', ['verifying', 'healed']);
    expect(world.toy.thing('cup').mended).toBe(1);
  });

  test('that Slack did not sign', async () => {
    const world = await start();
    await breaks(world);
    const asked = await question(world);
    const answer = await person(world, 'U0ANNA', { secret: 'guessed' }).press(asked, 'approve');
    expect(answer.status).toBe(401);
    await world.daemon.until('the entry', async () => (await refusals(world)).length > 0);
    expect(await refusals(world)).toEqual(['wrong-signature']);
    expect(await world.daemon.untilState('thing:cup', ['approving'])).toMatchObject({ runs: [] });
  });
});
