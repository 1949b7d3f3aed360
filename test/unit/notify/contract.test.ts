import { expect, test } from 'vitest';
import { Secret } from '../../../src/config/secret.ts';
import type { Channel, Delivery } from '../../../src/notify/channel.ts';
import { compose } from '../../../src/notify/compose.ts';
import { emailChannel } from '../../../src/notify/email/channel.ts';
import { emailSchema } from '../../../src/notify/email/config.ts';
import { pagerdutyChannel } from '../../../src/notify/pagerduty/channel.ts';
import { slackChannel } from '../../../src/notify/slack/channel.ts';
import { smsChannel } from '../../../src/notify/sms/channel.ts';
import { smsSchema } from '../../../src/notify/sms/config.ts';
import { statuspageChannel } from '../../../src/notify/statuspage/channel.ts';
import { statuspageSchema } from '../../../src/notify/statuspage/config.ts';
import { type Answer, answer, answeringServer, deadUrl, halfAnAnswer, hangUp, silence } from './answering-server.ts';
import { answeringSmtp, type SmtpScript } from './answering-smtp.ts';
import { NOW, view } from './views.ts';

/** What every channel must make of every answer. A new channel is one more entry here. */
interface Candidate {
  readonly name: string;
  readonly make: (url: string, timeout: number) => Channel;
  readonly taken: Answer;
  /** Where the other side has a word of its own for what all others say with a status. */
  readonly more?: readonly (readonly [string, Answer, object])[];
}

const secret = (value: string) => new Secret(value, 'env SECRET');

const mail = { from: 'remedyd@example.com', to: { default: ['oncall@example.com'] } };
const twilio = { account_sid: `AC${'0'.repeat(32)}`, from: '+15005550006', to: { critical: ['+40721234567'] } };
const shown = { kinds: ['phone'], components: ['abcd1234'], title: 'Messages are late' };

const retry = (after: number | null = null) => ({ kind: 'retry', after, why: expect.stringMatching(/\w+ \w+/) });
const rejected = { kind: 'rejected', why: expect.stringMatching(/\w+ \w+/) };

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
          upload_hosts: ['127.0.0.1'],
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
  {
    name: 'email through Resend',
    make: (url, timeout) =>
      emailChannel(emailSchema.parse({ ...mail, resend: { api_key: secret('xoxb-secret-token'), url } }), { timeout }),
    taken: answer(200, { id: '49a3999c-0ce1-4ea6-ab68-afcd6dc2e794' }),
    more: [
      ['429 because the day is spent', answer(429, { name: 'daily_quota_exceeded', message: 'spent' }), rejected],
      ['429 because the month is spent', answer(429, { name: 'monthly_quota_exceeded', message: 'spent' }), rejected],
      ['409 of an attempt beside it', answer(409, { name: 'concurrent_idempotent_requests' }), retry()],
      [
        '409 because an attempt with older words was taken',
        answer(409, { name: 'invalid_idempotent_request' }),
        { kind: 'sent', ref: expect.any(Object), said: 'Resend had taken it before' },
      ],
    ],
  },
  {
    name: 'sms',
    make: (url, timeout) =>
      smsChannel(smsSchema.parse({ ...twilio, auth_token: secret('xoxb-secret-token'), url }), { timeout }),
    taken: answer(201, { sid: 'SM0123456789abcdef', status: 'queued', num_segments: '1' }),
    more: [['201 without a message', answer(201, { status: 'queued' }), retry()]],
  },
  {
    name: 'statuspage',
    make: (url, timeout) => {
      const given = { api_key: secret('xoxb-secret-token'), page_id: 'page1234', url, show: [shown] };
      return statuspageChannel(statuspageSchema.parse(given), { timeout, pace: 0 });
    },
    taken: (response) => (response.req.method === 'GET' ? answer(200, []) : answer(201, { id: 'inc1' }))(response),
    more: [
      ['420', answer(420, { error: 'Enhance your calm' }, { 'retry-after': '9' }), retry(9_000)],
      [
        'a list, and then 500',
        (response) => (response.req.method === 'GET' ? answer(200, []) : answer(500))(response),
        retry(),
      ],
      ['an incident for a list', answer(200, { id: 'inc1' }), retry()],
    ],
  },
];

const page = compose(view(), 'page', NOW);

async function send(channel: Channel, signal = new AbortController().signal): Promise<Delivery> {
  return await channel.send(page, { signal, ref: null, idempotencyKey: 'send-1' });
}

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

for (const { name, make, taken, more = [] } of CANDIDATES) {
  test(`${name}: what is taken is sent, and has a ref that can be stored`, async () => {
    await using server = await answeringServer(taken);
    const delivery = await send(make(server.url, 5_000));
    expect(delivery).toMatchObject({ kind: 'sent', ref: expect.any(Object) });
    expect(JSON.parse(JSON.stringify(delivery))).toEqual(delivery);
  });

  test.each([...ANSWERS, ...more])(`${name}: %s`, async (_, give, expected) => {
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

const smtp = (url: string, timeout: number) => {
  const { hostname, port } = new URL(url.replace('smtp:', 'http:'));
  return emailChannel(emailSchema.parse({ ...mail, smtp: { host: hostname, port: Number(port), tls: 'none' } }), {
    timeout,
  });
};

test('email through SMTP: what is taken is sent, and has a ref that can be stored', async () => {
  await using server = await answeringSmtp({});
  const delivery = await send(smtp(server.url, 5_000));
  expect(delivery).toMatchObject({ kind: 'sent', ref: expect.any(Object), said: '250 2.0.0 taken as 4711' });
  expect(JSON.parse(JSON.stringify(delivery))).toEqual(delivery);
});

test.each<readonly [string, SmtpScript, object]>([
  ['550 for the recipient', { rcpt: '550 5.1.1 no such user' }, rejected],
  ['554 for the sender', { mail: '554 5.7.1 not from there' }, rejected],
  ['552 for the letter', { end: '552 5.3.4 too large' }, rejected],
  ['421 as the greeting', { greeting: '421 4.3.2 too busy' }, retry()],
  ['450 for the recipient', { rcpt: '450 4.2.0 come again' }, retry()],
  ['452 for the letter', { end: '452 4.3.1 disk full' }, retry()],
  ['a greeting of another protocol', { greeting: 'HTTP/1.1 400 Bad Request' }, retry()],
  ['a connection that is dropped', { greeting: 'hang-up' }, retry()],
  ['a connection that is dropped in the middle', { rcpt: 'hang-up' }, retry()],
])('email through SMTP: %s', async (_, script, expected) => {
  await using server = await answeringSmtp(script);
  expect(await send(smtp(server.url, 5_000))).toEqual(expected);
});

test.each<readonly [string, SmtpScript]>([
  ['silence', { greeting: 'silence' }],
  ['silence in the middle', { mail: 'silence' }],
  ['silence after the letter', { end: 'silence' }],
])('email through SMTP: %s ends with the timeout', async (_, script) => {
  await using server = await answeringSmtp(script);
  expect(await send(smtp(server.url, 100))).toEqual(retry());
});

test('email through SMTP: a refused connection is tried again', async () => {
  expect(await send(smtp((await deadUrl()).replace('http:', 'smtp:'), 5_000))).toEqual(retry());
});

test('email through SMTP: a shutdown cuts the call off at once', async () => {
  const shutdown = new AbortController();
  await using server = await answeringSmtp({ end: 'silence', onLetter: () => shutdown.abort() });
  expect(await send(smtp(server.url, 60_000), shutdown.signal)).toEqual(retry());
});

test('email through SMTP: a ref that is not its own does no harm', async () => {
  await using server = await answeringSmtp({});
  const ref = { first: '<a@b>\r\nBcc: all@example.com', part: { key: 'send-1', taken: 7 } };
  const ctx = { signal: new AbortController().signal, ref, idempotencyKey: 'send-1' };
  expect(await smtp(server.url, 5_000).send(page, ctx)).toMatchObject({ kind: 'sent' });
});
