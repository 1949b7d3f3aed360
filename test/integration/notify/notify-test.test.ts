import { expect, test } from 'vitest';
import { tryChannel } from '../../../src/commands/notify-test.ts';
import { Secret } from '../../../src/config/secret.ts';
import { notifySchema } from '../../../src/notify/config.ts';
import { fakeClock } from '../../support/clock.ts';
import { startPagerDuty } from '../../support/fakes/pagerduty/pagerduty.ts';
import { startSlack } from '../../support/fakes/slack/slack.ts';
import { startTwilio } from '../../support/fakes/twilio/twilio.ts';
import { startSmtp } from '../../support/services/smtp.ts';

const KEY = '0123456789abcdef0123456789abcdef';
const SID = `AC${'0'.repeat(32)}`;
const secret = (value: string | null) => new Secret(value, 'env SOME_SECRET');
const given = { by: 'ana@bastion', clock: fakeClock() };
const MARK = 'TEST of remedyd: nothing is broken';

test('Slack: one message that says that it is a test, in the room of the severity', async () => {
  await using slack = await startSlack({ token: 'xoxb-test' });
  const channels = { default: 'C0INCIDENTS', critical: 'C0CRITICAL' };
  const config = notifySchema.parse({ slack: { token: secret('xoxb-test'), api_url: slack.apiUrl, channels } });
  expect(await tryChannel(config, 'slack', {}, given)).toMatchObject({
    code: 0,
    text: expect.stringMatching(/^slack took it: /),
  });
  await tryChannel(config, 'slack', { severity: 'P1' }, given);
  const [low, critical] = slack.messages();
  expect([low?.channel, critical?.channel]).toEqual(['C0INCIDENTS', 'C0CRITICAL']);
  expect(JSON.stringify(low)).toContain(MARK);
  expect(slack.messages()).toHaveLength(2);
});

test('PagerDuty: an incident that is resolved at once', async () => {
  await using pagerduty = await startPagerDuty({ routingKeys: [KEY] });
  const config = notifySchema.parse({ pagerduty: { routing_key: secret(KEY), url: `${pagerduty.url}/v2/enqueue` } });
  expect(await tryChannel(config, 'pagerduty', {}, given)).toMatchObject({ code: 0 });
  expect(pagerduty.incidents).toMatchObject([{ status: 'resolved', summary: expect.stringContaining(MARK) }]);
});

test('email and text messages: what the other side said', async () => {
  await using smtp = await startSmtp();
  await using twilio = await startTwilio({ accountSid: SID, password: 'token' });
  const config = notifySchema.parse({
    email: {
      from: 'remedyd@example.com',
      to: { default: ['ana@example.com'] },
      smtp: { host: '127.0.0.1', port: smtp.port, tls: 'none' },
    },
    sms: {
      account_sid: SID,
      auth_token: secret('token'),
      from: '+15005550006',
      to: { critical: ['+40721234567'] },
      url: twilio.url,
    },
  });
  const mailed = await tryChannel(config, 'email', {}, given);
  expect(mailed).toEqual({ code: 0, text: expect.stringMatching(/^email took it: 250 .*4711/) });
  const texted = await tryChannel(config, 'sms', { json: true }, given);
  expect(JSON.parse(texted.text)).toMatchObject({
    channel: 'sms',
    outcome: 'sent',
    detail: expect.stringContaining('SM0'),
  });
  expect([smtp.mails.length, twilio.messages.length]).toEqual([1, 1]);
});

test.each([
  ['a channel that does not answer', 'slack', 1, /could not be reached.*A page would be tried again/],
  ['one that is not in the config', 'email', 1, /^notify\.email is not in the config/],
  ['one whose secret is not set', 'pagerduty', 1, /needs env SOME_SECRET, which is not set/],
  ['a name that is no channel', 'fax', 2, /^'fax' is no channel; use one of slack, /],
] as const)('%s', async (_, name, code, text) => {
  const slack = { token: secret('x'), api_url: 'http://127.0.0.1:9/api/', channels: { default: '#incidents' } };
  const config = notifySchema.parse({ slack, pagerduty: { routing_key: secret(null) } });
  expect(await tryChannel(config, name, {}, given)).toEqual({ code, text: expect.stringMatching(text) });
});

test('a severity that is none is wrong use', async () => {
  const config = notifySchema.parse({});
  expect(await tryChannel(config, 'slack', { severity: 'loud' }, given)).toMatchObject({ code: 2 });
});
