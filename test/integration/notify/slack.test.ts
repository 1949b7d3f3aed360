import { expect, test } from 'vitest';
import { Secret } from '../../../src/config/secret.ts';
import type { JsonObject } from '../../../src/domain/json.ts';
import type { Delivery } from '../../../src/notify/channel.ts';
import { compose } from '../../../src/notify/compose.ts';
import type { Message } from '../../../src/notify/message.ts';
import { slackChannel } from '../../../src/notify/slack/channel.ts';
import { type FakeSlack, startSlack } from '../../support/fakes/slack/slack.ts';
import { at, NOW, view } from '../../unit/notify/views.ts';

const CRITICAL = 'C0CRITICAL';
const INCIDENTS = 'C0INCIDENTS';

const approval = {
  id: 'apr-1',
  remediation: 'queues/drain',
  summary: 'Empties a queue.',
  risk: 'high',
  params: { queue: 'churn' },
  from: 'on-call',
  onCall: null,
  needs: 1,
  target: { kind: 'queue', id: 'churn' },
  guards: [],
  decision: null,
  decidedAt: null,
  answers: [],
  expiresAt: at('03:27:30'),
};
const opening = compose(view({ state: 'held', reason: 'cooldown', pagedAt: null }), 'update', NOW);
const page = compose(view(), 'page', NOW);
const ask = compose(view({ state: 'approving', reason: 'high-risk', pagedAt: null }, { approval }), 'ask', NOW);
const news = compose(view({ ackedBy: 'Ana' }), 'update', NOW);
const end = compose(view({ state: 'healed', reason: 'held', endedAt: NOW }), 'end', NOW);

function talkTo(slack: FakeSlack, token = slack.token) {
  const channel = slackChannel(
    {
      token: new Secret(token, 'env SLACK_BOT_TOKEN'),
      api_url: slack.apiUrl,
      channels: { default: '#incidents', critical: '#incidents-critical' },
      mention: ['here'],
      signing_secret: new Secret('s', 'env SLACK_SIGNING_SECRET'),
      allow: {},
      response_hosts: ['hooks.slack.com'],
      upload_hosts: ['127.0.0.1'],
    },
    { timeout: 2_000 },
  );
  let ref: JsonObject | null = null;
  return async (message: Message): Promise<Delivery> => {
    const delivery = await channel.send(message, { signal: new AbortController().signal, ref, idempotencyKey: 'x' });
    if (delivery.kind === 'sent') ref = delivery.ref;
    return delivery;
  };
}

const calls = (slack: FakeSlack) => slack.requests.map(({ path }) => path.replace('/api/chat.', ''));
const hasButtons = (message: { blocks: readonly { type: string }[] } | undefined) =>
  message?.blocks.some(({ type }) => type === 'actions') ?? false;

test('an incident is one thread, whose head always shows how it stands', async () => {
  await using slack = await startSlack();
  const send = talkTo(slack);
  await send(opening);
  await send(page);
  await send(news);
  expect(await send(end)).toMatchObject({ kind: 'sent', ref: { channel: INCIDENTS } });

  const [head, ...replies] = slack.messages(INCIDENTS);
  expect(head).toMatchObject({ edits: 3, text: expect.stringMatching(/^Healed: phone:offline on phone_07/) });
  expect(head?.blocks[0]).toMatchObject({
    type: 'header',
    text: { text: 'Healed: phone:offline on phone_07 after 15 min' },
  });
  expect(replies.map(({ thread_ts, reply_broadcast }) => [thread_ts, reply_broadcast])).toEqual([
    [head?.ts, true],
    [head?.ts, false],
    [head?.ts, false],
  ]);
  expect(JSON.stringify(replies[0])).toContain('<!here>');
  expect(JSON.stringify(head)).not.toContain('<!here>');
});

test('the severity chooses the room', async () => {
  await using slack = await startSlack();
  await talkTo(slack)(compose(view({ severity: 'critical' }), 'page', NOW));
  expect(slack.messages(CRITICAL)).toHaveLength(1);
  expect(slack.messages(INCIDENTS)).toHaveLength(0);
});

test.each([
  ['as the head of the thread', [ask]],
  ['as a reply', [opening, ask]],
])('buttons of a question %s are gone once it is answered', async (_, before) => {
  await using slack = await startSlack();
  const send = talkTo(slack);
  for (const message of before) await send(message);
  expect(slack.messages().filter(hasButtons)).toHaveLength(1);
  await send(news);
  expect(slack.messages().filter(hasButtons)).toHaveLength(0);
});

test('a question that is still open keeps its buttons through other news', async () => {
  await using slack = await startSlack();
  const send = talkTo(slack);
  await send(opening);
  await send(ask);
  await send(compose(view({ state: 'approving', reason: 'high-risk', ackedBy: 'Ana' }, { approval }), 'update', NOW));
  expect(slack.messages().filter(hasButtons)).toHaveLength(1);
});

test('a page does not wait for a head that cannot be updated', async () => {
  await using slack = await startSlack();
  const send = talkTo(slack);
  await send(opening);
  slack.faults.failNext(1, 200, { ok: true, channel: INCIDENTS, ts: '1700000000.999999' });
  slack.faults.failNext(1, 503);
  expect(await send(page)).toMatchObject({ kind: 'sent' });
  expect(calls(slack)).toEqual(['postMessage', 'postMessage', 'update']);
});

test('news whose head could not be updated is tried again as a whole, and doubles nothing', async () => {
  await using slack = await startSlack();
  const send = talkTo(slack);
  await send(page);
  slack.faults.rateLimitNext(1, 7);
  expect(await send(news)).toEqual({ kind: 'retry', after: 7_000, why: 'Slack limits our rate' });
  expect(slack.messages(INCIDENTS)).toHaveLength(1);
  expect(await send(news)).toMatchObject({ kind: 'sent' });
  expect(slack.messages(INCIDENTS)).toHaveLength(2);
});

test.each([['message_not_found'], ['thread_not_found']])('a lost thread (%s) begins anew', async (error) => {
  await using slack = await startSlack();
  const send = talkTo(slack);
  const first = await send(page);
  slack.faults.failNext(1, 200, { ok: false, error });
  const second = await send(news);
  expect(second).toMatchObject({ kind: 'sent', ref: { channel: INCIDENTS, ts: expect.any(String) } });
  expect(second).not.toEqual(first);
  expect(slack.messages(INCIDENTS).filter(({ thread_ts }) => thread_ts === undefined)).toHaveLength(2);
});

test('a head that may not be edited any more does not stop the news', async () => {
  await using slack = await startSlack();
  const send = talkTo(slack);
  await send(page);
  slack.faults.failNext(1, 200, { ok: false, error: 'edit_window_closed' });
  expect(await send(news)).toMatchObject({ kind: 'sent' });
  expect(slack.messages(INCIDENTS)).toHaveLength(2);
});

test('a page whose blocks Slack refuses is sent as text', async () => {
  await using slack = await startSlack();
  slack.faults.failNext(1, 200, { ok: false, error: 'invalid_blocks' });
  expect(await talkTo(slack)(page)).toMatchObject({ kind: 'sent' });
  expect(slack.messages(INCIDENTS)).toMatchObject([{ blocks: [], text: expect.stringContaining('phone:offline') }]);
});

test.each([
  ['channel_not_found', 'rejected'],
  ['not_in_channel', 'rejected'],
  ['token_revoked', 'rejected'],
  ['internal_error', 'retry'],
  ['service_unavailable', 'retry'],
  ['something_new', 'retry'],
])('Slack says %s: %s', async (error, kind) => {
  await using slack = await startSlack();
  slack.faults.failNext(1, 200, { ok: false, error });
  expect(await talkTo(slack)(page)).toMatchObject({ kind, why: `Slack answered '${error}'` });
});

test('a wrong token is rejected, and is in no answer', async () => {
  await using slack = await startSlack();
  const delivery = await talkTo(slack, 'xoxb-wrong-token')(page);
  expect(delivery).toEqual({ kind: 'rejected', why: "Slack answered 'invalid_auth'" });
});

test('an answer that does not come is a retry, and the next attempt is heard', async () => {
  await using slack = await startSlack();
  const send = talkTo(slack);
  await slack.faults.refuseConnections();
  expect(await send(page)).toMatchObject({ kind: 'retry', why: expect.stringContaining('ECONNREFUSED') });
  await slack.faults.clear();
  expect(await send(page)).toMatchObject({ kind: 'sent' });
});
