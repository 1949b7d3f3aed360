import { expect, test } from 'vitest';
import { Secret } from '../../../src/config/secret.ts';
import { createChannels, sayChannels } from '../../../src/notify/channels.ts';
import { notifySchema } from '../../../src/notify/config.ts';

const set = new Secret('xoxb-1', 'env SLACK_BOT_TOKEN');
const unset = new Secret(null, 'env PAGERDUTY_ROUTING_KEY');
const slack = { token: set, channels: { default: '#incidents' } };
const mail = { from: 'remedyd@example.com', to: { default: ['oncall@example.com'] } };
const sms = {
  account_sid: `AC${'0'.repeat(32)}`,
  auth_token: set,
  from: '+15005550006',
  to: { critical: ['+40721234567'] },
};
const page = { api_key: set, page_id: 'page1234' };
const show = [{ kinds: ['phone'], components: ['abcd'], title: 'Messages are late' }];

test('every channel can be configured', () => {
  const email = { ...mail, smtp: { host: 'mail.example.com', user: 'remedyd', password: set } };
  const config = notifySchema.parse({
    slack,
    email,
    sms,
    statuspage: { ...page, show },
    channels: { critical: ['sms'] },
  });
  const { channels } = createChannels(config, { production: true });
  expect([...channels.keys()]).toEqual(['slack', 'email', 'sms', 'statuspage']);
});

test('nothing configured: nothing is sent, and it is said', () => {
  const { channels, absent } = createChannels(notifySchema.parse({}), { production: true });
  expect([...channels.keys()]).toEqual([]);
  expect(absent.map(({ why }) => why)).toEqual([
    'notify.slack is not in the config: nothing is sent to slack',
    'notify.pagerduty is not in the config: nothing is sent to pagerduty',
    'notify.email is not in the config: nothing is sent to email',
    'notify.sms is not in the config: nothing is sent to sms',
    'notify.statuspage is not in the config: nothing is sent to statuspage',
  ]);
});

test('a secret that is not set leaves its channel out, and stops a start in production', () => {
  const config = notifySchema.parse({ slack, pagerduty: { routing_key: unset } });
  const { channels, absent } = createChannels(config, { production: false });
  expect([...channels.keys()]).toEqual(['slack']);
  expect(absent.slice(0, 1)).toEqual([
    {
      name: 'pagerduty',
      why: 'notify.pagerduty needs env PAGERDUTY_ROUTING_KEY, which is not set: nothing is sent to pagerduty',
      unset: true,
    },
  ]);
  expect(() => createChannels(config, { production: true })).toThrow('env PAGERDUTY_ROUTING_KEY');
});

test('the start says in one line who is told, and is loud only where nobody is', () => {
  const said = (config: object) => sayChannels(createChannels(notifySchema.parse(config), { production: false }));
  expect(said({ slack, pagerduty: { routing_key: unset }, statuspage: { ...page, show } })).toEqual({
    isHeard: true,
    text: 'pages go to slack; the public is shown statuspage; notify.pagerduty needs env PAGERDUTY_ROUTING_KEY, which is not set: nothing is sent to pagerduty; not in the config: email, sms',
  });
  expect(said({ statuspage: { ...page, show } })).toEqual({
    isHeard: false,
    text: 'NOBODY CAN BE PAGED: configure notify; the public is shown statuspage; not in the config: slack, pagerduty, email, sms',
  });
});

test.each([
  ['a token written down', { slack: { ...slack, token: 'xoxb-1' } }],
  ['a room without #', { slack: { ...slack, channels: { default: 'incidents' } } }],
  ['a mention by name', { slack: { ...slack, mention: ['@ana'] } }],
  ['an address that is none', { slack: { ...slack, api_url: 'ftp://slack' } }],
  ['mail with neither way to post it', { email: mail }],
  ['mail with both', { email: { ...mail, smtp: { host: 'localhost' }, resend: { api_key: set } } }],
  ['a mail address with a line break', { email: { ...mail, from: 'a@b.c\nBcc: d@e.f', resend: { api_key: set } } }],
  ['a password without a user', { email: { ...mail, smtp: { host: 'localhost', password: set } } }],
  ['a number without its country', { sms: { ...sms, to: { critical: ['0721234567'] } } }],
  ['no number at all', { sms: { ...sms, to: {} } }],
  ['two ways to log in', { sms: { ...sms, api_key: { sid: `SK${'0'.repeat(32)}`, secret: set } } }],
  ['a public incident for nothing', { statuspage: { ...page, show: [{ components: ['abcd'], title: 'x' }] } }],
  ['a list that names a channel which is not there', { channels: { critical: ['sms'] } }],
  ['a key nobody knows', { slack: { ...slack, chanels: {} } }],
])('the config refuses %s', (_, config) => {
  expect(notifySchema.safeParse(config).success).toBe(false);
});
