import { expect, test } from 'vitest';
import { DOWN, doll, REFUSED, sent } from './doll.ts';
import { openNight } from './night.ts';

const MINUTE = 60_000;
const all = { wants: () => true };

test('P8: a page that stands behind news that its channel does not take goes elsewhere in time', async () => {
  const [slack, sms] = [doll('slack', all), doll('sms', { wants: ({ topic }) => topic === 'page' })];
  const channels = { high: ['slack'] } as never;
  await using night = await openNight({ channels: [slack.channel, sms.channel], notify: { channels } });
  const id = await night.opens('cup');
  slack.state.answer = DOWN;
  await night.owes(id, { channel: 'slack', topic: 'update' });
  await night.passes(MINUTE);
  await night.happens(id, { type: 'escalated', reason: 'unmatched' });
  await night.passes(2 * MINUTE);
  expect(sms.told.map(({ message }) => message.topic)).toEqual(['page']);
  expect(sms.told[0]?.message.notes).toEqual([
    expect.stringMatching(/^slack (has not taken what came before this|has not answered)/),
  ]);
  // The thread keeps its order, and the page is asked for elsewhere once.
  slack.state.answer = sent;
  await night.passes(5 * MINUTE);
  expect(slack.told.slice(-2).map(({ message }) => message.topic)).toEqual(['update', 'page']);
  expect(sms.told).toHaveLength(1);
});

test('a question never stands with a channel that cannot put it', async () => {
  const [slack, pagerduty, email] = [doll('slack', all), doll('pagerduty', { asks: false }), doll('email', all)];
  await using night = await openNight({ channels: [slack.channel, pagerduty.channel, email.channel] });
  slack.state.answer = DOWN;
  const id = await night.opens('cup', { state: 'approving' });
  await night.owes(id, { channel: 'slack', topic: 'ask' });
  await night.passes(3 * MINUTE);
  expect(pagerduty.told).toEqual([]);
  expect(email.told.map(({ message }) => message.topic)).toEqual(['ask']);
});

test('a place that is refused is stood in for by the channel itself, for the same people', async () => {
  const slack = doll('slack');
  await using night = await openNight({ channels: [slack.channel] });
  const id = await night.pages('cup');
  await night.passes(0);
  slack.channel.send = async (message, ctx) => {
    slack.told.push({ message, ctx });
    return ctx.address === '#gone' ? REFUSED : sent;
  };
  const owed = { channel: 'slack:#gone', topic: 'page', level: 'L2', say: ['L2 is told.'], mention: ['U0BOB'] };
  await night.owes(id, owed);
  await night.passes(MINUTE);
  const last = slack.told.at(-1);
  expect([last?.ctx.address, last?.ctx.mention]).toEqual([null, ['U0BOB']]);
  expect(last?.message.notes).toEqual(['L2 is told.', expect.stringContaining('slack:#gone refused this page')]);
});

test('a channel that only wakes people is not troubled with what somebody took meanwhile', async () => {
  const [sms, slack] = [doll('sms', { wants: ({ topic }) => topic === 'page' }), doll('slack', all)];
  await using night = await openNight({ channels: [sms.channel, slack.channel] });
  sms.state.answer = DOWN;
  const id = await night.pages('cup');
  await night.passes(1_000);
  const tried = sms.told.length;
  await night.happens(id, { type: 'acknowledged', by: 'Ana' });
  sms.state.answer = sent;
  await night.passes(10 * MINUTE);
  expect(sms.told).toHaveLength(tried);
  expect(await night.history(id)).toContain('sms was not troubled with the page: Ana has it');
  expect(await night.owed()).toBe(0);
});
