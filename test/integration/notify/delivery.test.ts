import { expect, test } from 'vitest';
import { Secret } from '../../../src/config/secret.ts';
import { pagerdutyChannel } from '../../../src/notify/pagerduty/channel.ts';
import { slackChannel } from '../../../src/notify/slack/channel.ts';
import { startPagerDuty } from '../../support/fakes/pagerduty/pagerduty.ts';
import { startSlack } from '../../support/fakes/slack/slack.ts';
import { DOWN, doll, REFUSED, sent } from './doll.ts';
import { openNight } from './night.ts';

const KEY = '0123456789abcdef0123456789abcdef';
const MINUTE = 60_000;

async function openWorld() {
  const slack = await startSlack({ token: 'xoxb-test' });
  const pagerduty = await startPagerDuty({ routingKeys: [KEY] });
  const secret = (value: string) => new Secret(value, 'test');
  const night = await openNight({
    channels: [
      slackChannel({
        token: secret('xoxb-test'),
        api_url: slack.apiUrl,
        channels: { default: 'C0INCIDENTS' },
        mention: [],
        allow: {},
        response_hosts: ['hooks.slack.com'],
        upload_hosts: ['127.0.0.1'],
      }),
      pagerdutyChannel({
        routing_key: secret(KEY),
        url: `${pagerduty.url}/v2/enqueue`,
        routing_keys: {},
        webhook_secrets: [],
      }),
    ],
  });
  return {
    slack,
    pagerduty,
    night,
    async [Symbol.asyncDispose]() {
      await Promise.all([slack.stop(), pagerduty.stop(), night[Symbol.asyncDispose]()]);
    },
  };
}

test('Slack is down for 10 minutes and PagerDuty answers 500, then 429: every page arrives, and threads keep their order', async () => {
  await using world = await openWorld();
  const { night, slack, pagerduty } = world;
  slack.faults.unavailable();
  pagerduty.faults.unavailable();
  const ids = [await night.pages('cup')];
  await night.passes(2 * MINUTE);
  ids.push(await night.pages('pot'));
  await night.passes(2 * MINUTE);
  await night.happens('inc-cup', { type: 'acknowledged', by: 'Ana' });
  ids.push(await night.pages('jug'));
  await night.passes(MINUTE);
  expect(await night.check('pages')).toMatchObject({
    ok: false,
    detail: expect.stringMatching(/^nobody has heard of inc-pot since /),
  });
  // PagerDuty gets well by way of a rate limit, Slack five minutes later.
  await pagerduty.faults.clear();
  pagerduty.faults.rateLimitNext(5, 20);
  await night.passes(4 * MINUTE);
  expect(ids.map((id) => pagerduty.incident(id)?.status)).toEqual(['acknowledged', 'triggered', 'triggered']);
  expect(await night.check('pages')).toMatchObject({ ok: true });
  expect(slack.messages()).toEqual([]);
  await night.happens('inc-pot', { type: 'alerts-resolved' });
  await night.passes(MINUTE);
  await slack.faults.clear();
  await night.passes(2 * MINUTE);

  expect(await night.owed()).toBe(0);
  expect(pagerduty.incident('inc-pot')?.status).toBe('resolved');
  for (const id of ids) {
    const told = (await night.history(id)).filter((line) => line.startsWith('slack took'));
    const topics =
      { 'inc-cup': ['page', 'update'], 'inc-pot': ['page', 'end', 'report'], 'inc-jug': ['page'] }[id] ?? [];
    expect(told.filter((line, i) => line !== told[i - 1])).toEqual(topics.map((topic) => `slack took the ${topic}`));
  }
  const heads = slack.messages().filter(({ thread_ts }) => thread_ts === undefined);
  expect(heads).toHaveLength(3);
});

test('an open breaker: new pages do not wait for the channel, and one message at a time tries it', async () => {
  const [slow, good] = [doll('slack'), doll('pagerduty')];
  await using night = await openNight({ channels: [slow.channel, good.channel] });
  slow.state.answer = DOWN;
  await night.pages('cup');
  await night.passes(30_000);
  expect(await night.check('channel slack')).toMatchObject({ ok: false, detail: expect.stringContaining('breaker') });
  const before = slow.told.length;
  const noticed = night.now();
  for (let i = 0; i < 20; i += 1) await night.pages(`pot-${i}`);
  await night.passes(0);
  expect(slow.told.length - before).toBeLessThanOrEqual(1);
  const notes = good.told.filter(({ message }) =>
    message.notes.some((note) => note.startsWith('slack has not answered')),
  );
  expect(notes.length).toBeGreaterThanOrEqual(19);
  expect(notes.every(({ message }) => message.at === noticed)).toBe(true);
  // Four probes a minute, whatever waits.
  const tried = slow.told.length;
  await night.passes(MINUTE);
  expect(slow.told.length - tried).toBeLessThanOrEqual(5);
  slow.state.answer = sent;
  await night.passes(MINUTE);
  expect(await night.owed()).toBe(0);
  expect(await night.check('channel slack')).toMatchObject({ ok: true, detail: 'works' });
  expect(new Set(slow.told.map(({ message }) => message.incident.id)).size).toBe(21);
});

test('a rate limit of ten minutes is kept by the probes, too', async () => {
  const slow = doll('slack');
  await using night = await openNight({ channels: [slow.channel] });
  slow.state.answer = { kind: 'retry', after: 300_000, why: 'it answered 429' };
  for (let i = 0; i < 6; i += 1) await night.pages(`cup-${i}`);
  await night.passes(0);
  const tried = slow.told.length;
  expect(tried).toBe(5);
  await night.passes(4 * MINUTE);
  expect(slow.told.length).toBe(tried);
});

test('a channel that is late is stood in for by the next one of the order that works, and only by that', async () => {
  const [a, b, c] = [doll('slack'), doll('pagerduty'), doll('email')];
  const order = ['slack', 'pagerduty', 'email'] as never;
  const fallback = { after: MINUTE, order };
  await using night = await openNight({ channels: [a.channel, b.channel, c.channel], notify: { fallback } });
  a.state.answer = DOWN;
  await night.pages('cup');
  await night.passes(5 * MINUTE);
  const standingIn = (one: typeof a) => one.told.filter(({ message }) => message.notes.length > 0).length;
  expect([standingIn(b), standingIn(c)]).toEqual([1, 0]);
});

test('what one refuses every other says, and what all refuse is loud until one takes it', async () => {
  const [a, b, c] = [doll('slack'), doll('pagerduty'), doll('email')];
  await using night = await openNight({ channels: [a.channel, b.channel, c.channel] });
  a.state.answer = REFUSED;
  await night.pages('cup');
  await night.passes(MINUTE);
  const said = (one: typeof a) => one.told.flatMap(({ message }) => message.notes);
  expect([said(b), said(c)]).toEqual(Array(2).fill(['slack refused this page, so it comes here: it answered 401']));
  expect(night.unreachable).toEqual([]);

  b.state.answer = REFUSED;
  c.state.answer = REFUSED;
  const id = await night.pages('pot');
  await night.passes(2 * MINUTE);
  expect(night.unreachable).not.toEqual([]);
  expect(await night.check('pages')).toMatchObject({ ok: false, detail: expect.stringContaining(id) });
  c.state.answer = sent;
  await night.passes(5 * MINUTE);
  expect(c.told.at(-1)?.message).toMatchObject({ topic: 'page', incident: { id } });
  expect(await night.check('pages')).toMatchObject({ ok: true });
});

test('a page that every channel refuses is not told for ever once somebody has the incident', async () => {
  const a = doll('slack');
  await using night = await openNight({ channels: [a.channel] });
  a.state.answer = REFUSED;
  const id = await night.pages('cup');
  await night.passes(MINUTE);
  await night.happens(id, { type: 'acknowledged', by: 'Ana' });
  await night.passes(10 * MINUTE);
  expect(a.told.filter(({ message }) => message.topic === 'page')).toHaveLength(1);
  expect(await night.owed()).toBe(0);
});

test('with no channel at all /readyz names the page that nobody heard of', async () => {
  await using night = await openNight({ channels: [] });
  const id = await night.pages('cup');
  await night.passes(2 * MINUTE);
  expect(await night.check('pages')).toMatchObject({ ok: false, detail: expect.stringContaining(id) });
  await night.happens(id, { type: 'alerts-resolved' });
  await night.passes(0);
  expect(await night.check('pages')).toMatchObject({ ok: true });
});

test('what has been taken of a message is known to its next attempt, and to no other message', async () => {
  const a = doll('sms');
  await using night = await openNight({ channels: [a.channel] });
  a.state.answer = { ...DOWN, ref: { taken: 1 } };
  await night.pages('cup');
  await night.passes(0);
  a.state.answer = sent;
  await night.passes(MINUTE);
  expect(a.told.map(({ ctx }) => ctx.ref)).toEqual([null, { taken: 1 }]);
  expect(new Set(a.told.map(({ ctx }) => ctx.idempotencyKey)).size).toBe(1);
});

test('a message that was taken in part says so in the history and in /readyz', async () => {
  const a = doll('email');
  await using night = await openNight({ channels: [a.channel] });
  a.state.answer = { kind: 'sent', ref: {}, note: 'bob@example.com was refused' };
  const id = await night.pages('cup');
  await night.passes(0);
  expect(await night.history(id)).toContain('email took the page, but bob@example.com was refused');
  expect(await night.check('channel email')).toMatchObject({ ok: true, detail: expect.stringContaining('bob@') });
});

test('pages go to the channels of their severity, and the rest follows whoever was told', async () => {
  const [a, b] = [doll('slack'), doll('pagerduty')];
  const channels = { critical: ['slack', 'pagerduty'], high: ['slack'] } as never;
  await using night = await openNight({ channels: [a.channel, b.channel], notify: { channels } });
  const id = await night.pages('cup');
  await night.pages('pot', { severity: 'critical' });
  await night.passes(0);
  await night.happens(id, { type: 'alerts-resolved' });
  await night.passes(0);
  const topics = (one: typeof a) => one.told.map(({ message }) => `${message.incident.id} ${message.topic}`);
  expect(topics(a)).toEqual(['inc-cup page', 'inc-pot page', 'inc-cup end']);
  expect(topics(b)).toEqual(['inc-pot page']);
});

test('where a level names places, news goes to those and not to rooms that never heard of it', async () => {
  const [a, b] = [doll('slack', { wants: () => true }), doll('pagerduty', { wants: () => true })];
  const levels = [{ name: 'L1', after: '0s', notify: ['slack:#leads'] }];
  const escalation = { policies: [{ name: 'oncall', levels }] };
  await using night = await openNight({ channels: [a.channel, b.channel], escalation });
  const id = await night.pages('cup');
  await night.passes(0);
  await night.happens(id, { type: 'acknowledged', by: 'Ana' });
  await night.passes(0);
  await night.happens(id, { type: 'alerts-resolved' });
  await night.passes(0);
  expect(a.told.map(({ message, ctx }) => `${ctx.address} ${message.topic}`)).toEqual([
    '#leads page',
    '#leads update',
    '#leads end',
  ]);
  expect(b.told).toEqual([]);
});

test('where one at a time is allowed, two that are due at once go one after the other', async () => {
  const a = doll('statuspage', { pages: false, apart: 1_000 });
  await using night = await openNight({ channels: [a.channel] });
  await night.pages('cup');
  await night.pages('pot');
  await night.passes(0);
  expect(a.told).toHaveLength(1);
  await night.passes(2_000);
  expect(a.told).toHaveLength(2);
});
