import { expect, test } from 'vitest';
import { Secret } from '../../../src/config/secret.ts';
import { compose } from '../../../src/notify/compose.ts';
import { smsChannel } from '../../../src/notify/sms/channel.ts';
import { smsSchema } from '../../../src/notify/sms/config.ts';
import { startTwilio } from '../../support/fakes/twilio/twilio.ts';
import { NOW, view } from '../../unit/notify/views.ts';
import { talkTo } from './talk.ts';

const SID = `AC${'0'.repeat(32)}`;
const TOKEN = '0123456789abcdef0123456789abcdef';
const [ANA, BOB] = ['+40721234567', '+40721234568'];
const page = compose(view({ severity: 'critical' }), 'page', NOW);

async function open(blocked: readonly string[] = [], token = TOKEN) {
  const twilio = await startTwilio({ accountSid: SID, password: TOKEN, blocked });
  const auth_token = new Secret(token, 'env TWILIO_AUTH_TOKEN');
  const to = { critical: [ANA, BOB] };
  const config = smsSchema.parse({ account_sid: SID, auth_token, from: '+15005550006', to, url: twilio.url });
  return { twilio, send: talkTo(smsChannel(config, { timeout: 500 })) };
}

test('a page goes to every number', async () => {
  const { twilio, send } = await open();
  await using _ = twilio;
  expect(await send(page)).toMatchObject({ kind: 'sent', said: expect.stringContaining('SM') });
  expect(twilio.messages.map(({ to }) => to).toSorted()).toEqual([ANA, BOB]);
  expect(twilio.messages[0]?.body).toContain('inc-1kb2f3x-7d0m4qzt');
});

test('a number that has it is not sent to again when another one is tried again', async () => {
  const { twilio, send } = await open();
  await using _ = twilio;
  twilio.faults.rateLimitNext(1, 3);
  expect(await send(page)).toMatchObject({
    kind: 'retry',
    after: 3_000,
    ref: { part: { taken: [expect.any(String)] } },
  });
  expect(await send(page)).toMatchObject({ kind: 'sent' });
  expect(twilio.messages.map(({ to }) => to).toSorted()).toEqual([ANA, BOB]);
});

test('the next page of the incident goes to all of them again', async () => {
  const { twilio, send } = await open();
  await using _ = twilio;
  twilio.faults.failNext(1, 503);
  await send(page, 'first');
  await send(page, 'second');
  // One of the first page, because the other number's was put off, and both of the second.
  expect(twilio.messages).toHaveLength(3);
});

test('a number that wants nothing more is told, without the number itself', async () => {
  const { twilio, send } = await open([BOB]);
  await using _ = twilio;
  const delivery = await send(page);
  expect(delivery).toMatchObject({ kind: 'sent', note: expect.stringMatching(/^not for …4568: .*21610/) });
  expect(JSON.stringify(delivery)).not.toContain(BOB);
});

test('a wrong token is refused for good, and does not come out', async () => {
  const { twilio, send } = await open([], 'fedcba9876543210fedcba9876543210');
  await using _ = twilio;
  const delivery = await send(page);
  expect(delivery).toMatchObject({ kind: 'rejected', why: expect.stringContaining('20003') });
  expect(JSON.stringify(delivery)).not.toContain('fedcba');
});

test('nobody gets a text message for what is over', async () => {
  const { twilio, send } = await open();
  await using _ = twilio;
  await send(compose(view({ state: 'healed', reason: 'held', endedAt: NOW }), 'page', NOW));
  expect(twilio.messages).toEqual([]);
});
