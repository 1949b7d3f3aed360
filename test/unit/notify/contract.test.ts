import { expect, test } from 'vitest';
import { Secret } from '../../../src/config/secret.ts';
import type { Channel, Delivery } from '../../../src/notify/channel.ts';
import { compose } from '../../../src/notify/compose.ts';
import { pagerdutyChannel } from '../../../src/notify/pagerduty/channel.ts';
import { slackChannel } from '../../../src/notify/slack/channel.ts';
import { type Answer, answer, answeringServer, deadUrl, halfAnAnswer, hangUp, silence } from './answering-server.ts';
import { NOW, view } from './views.ts';

/** What every channel must make of every answer. A new channel is one more entry here. */
interface Candidate {
  readonly name: string;
  readonly make: (url: string, timeout: number) => Channel;
  readonly taken: Answer;
}

const secret = (value: string) => new Secret(value, 'env SECRET');

const CANDIDATES: readonly Candidate[] = [
  {
    name: 'slack',
    make: (url, timeout) =>
      slackChannel(
        {
          token: secret('xoxb-secret-token'),
          api_url: `${url}/api/`,
          channels: { default: '#incidents' },
          mention: [],
          allow: {},
          response_hosts: ['hooks.slack.com'],
        },
        { timeout },
      ),
    taken: answer(200, { ok: true, channel: 'C0INCIDENTS', ts: '1700000000.000100' }),
  },
  {
    name: 'pagerduty',
    make: (url, timeout) =>
      pagerdutyChannel(
        {
          routing_key: secret('0123456789abcdef0123456789abcdef'),
          url: `${url}/v2/enqueue`,
          routing_keys: {},
          webhook_secrets: [],
        },
        { timeout },
      ),
    taken: answer(202, { status: 'success', message: 'Event processed', dedup_key: 'inc' }),
  },
];

const page = compose(view(), 'page', NOW);

async function send(channel: Channel, signal = new AbortController().signal): Promise<Delivery> {
  return await channel.send(page, { signal, ref: null, idempotencyKey: 'send-1' });
}

const retry = (after: number | null = null) => ({ kind: 'retry', after, why: expect.stringMatching(/\w+ \w+/) });
const rejected = { kind: 'rejected', why: expect.stringMatching(/\w+ \w+/) };

const ANSWERS: readonly (readonly [string, Answer, object])[] = [
  ['400', answer(400, { status: 'invalid event', errors: ['bad'] }), rejected],
  ['401', answer(401), rejected],
  ['404', answer(404, '<html>not here</html>', { 'content-type': 'text/html' }), rejected],
  ['413', answer(413), rejected],
  ['408', answer(408), retry()],
  ['425', answer(425), retry()],
  ['429 without Retry-After', answer(429), retry()],
  ['429 with Retry-After', answer(429, '', { 'retry-after': '17' }), retry(17_000)],
  ['500', answer(500), retry()],
  ['502 with a page of HTML', answer(502, '<html>bad gateway</html>', { 'content-type': 'text/html' }), retry()],
  ['503 with Retry-After', answer(503, '', { 'retry-after': '30' }), retry(30_000)],
  [
    '503 with Retry-After as a date',
    answer(503, '', { date: 'Sun, 01 Mar 2026 03:00:00 GMT', 'retry-after': 'Sun, 01 Mar 2026 03:00:40 GMT' }),
    retry(40_000),
  ],
  ['a redirect', answer(302, '', { location: 'https://login.example.com/' }), retry()],
  ['200 with garbage', answer(200, '<html>welcome to the hotel network</html>'), retry()],
  ['200 with nothing', answer(200), retry()],
  ['200 with JSON that is no object', answer(200, 'null'), retry()],
  ['a connection that is dropped', hangUp, retry()],
];

for (const { name, make, taken } of CANDIDATES) {
  test(`${name}: what is taken is sent, and has a ref that can be stored`, async () => {
    await using server = await answeringServer(taken);
    const delivery = await send(make(server.url, 5_000));
    expect(delivery).toEqual({ kind: 'sent', ref: expect.any(Object) });
    expect(JSON.parse(JSON.stringify(delivery))).toEqual(delivery);
  });

  test.each(ANSWERS)(`${name}: %s`, async (_, give, expected) => {
    await using server = await answeringServer(give);
    expect(await send(make(server.url, 5_000))).toEqual(expected);
  });

  test.each([
    ['silence', silence],
    ['an answer that does not end', halfAnAnswer],
  ])(`${name}: %s ends with the timeout`, async (_, give) => {
    await using server = await answeringServer(give);
    expect(await send(make(server.url, 50))).toEqual(retry());
  });

  test(`${name}: a refused connection is tried again`, async () => {
    expect(await send(make(await deadUrl(), 5_000))).toEqual(retry());
  });

  test(`${name}: a shutdown cuts the call off at once`, async () => {
    const shutdown = new AbortController();
    await using server = await answeringServer(() => shutdown.abort());
    expect(await send(make(server.url, 60_000), shutdown.signal)).toEqual(retry());
  });

  test(`${name}: a ref that is not its own does no harm`, async () => {
    await using server = await answeringServer(taken);
    const ref = { channel: 7, service: [], asked: 'yes' };
    const ctx = { signal: new AbortController().signal, ref, idempotencyKey: 'send-1' };
    expect(await make(server.url, 5_000).send(page, ctx)).toMatchObject({ kind: 'sent' });
  });

  test(`${name}: no answer brings a secret out`, async () => {
    const echo = answer(400, { errors: ['bad token xoxb-secret-token, routing_key=0123456789abcdef0123456789abcdef'] });
    await using server = await answeringServer(echo);
    const delivery = JSON.stringify(await send(make(server.url, 5_000)));
    expect(delivery).not.toMatch(/xoxb-secret-token|0123456789abcdef/);
  });
}
