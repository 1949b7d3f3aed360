import { expect, test } from 'vitest';
import { Secret } from '../../../src/config/secret.ts';
import { createChannels } from '../../../src/notify/channels.ts';
import { notifySchema } from '../../../src/notify/config.ts';

const set = new Secret('xoxb-1', 'env SLACK_BOT_TOKEN');
const unset = new Secret(null, 'env PAGERDUTY_ROUTING_KEY');
const slack = { token: set, channels: { default: '#incidents' } };

test('nothing configured: nothing is sent, and it is said', () => {
  const { channels, absent } = createChannels(notifySchema.parse({}), { production: true });
  expect([...channels.keys()]).toEqual([]);
  expect(absent.map(({ why }) => why)).toEqual([
    'notify.slack is not in the config: nothing is sent to slack',
    'notify.pagerduty is not in the config: nothing is sent to pagerduty',
  ]);
});

test('a secret that is not set leaves its channel out, and stops a start in production', () => {
  const config = notifySchema.parse({ slack, pagerduty: { routing_key: unset } });
  const { channels, absent } = createChannels(config, { production: false });
  expect([...channels.keys()]).toEqual(['slack']);
  expect(absent).toEqual([
    {
      name: 'pagerduty',
      why: 'notify.pagerduty needs env PAGERDUTY_ROUTING_KEY, which is not set: nothing is sent to pagerduty',
    },
  ]);
  expect(() => createChannels(config, { production: true })).toThrow('env PAGERDUTY_ROUTING_KEY');
});

test.each([
  ['a token written down', { slack: { ...slack, token: 'xoxb-1' } }],
  ['a room without #', { slack: { ...slack, channels: { default: 'incidents' } } }],
  ['a mention by name', { slack: { ...slack, mention: ['@ana'] } }],
  ['an address that is none', { slack: { ...slack, api_url: 'ftp://slack' } }],
  ['a key nobody knows', { slack: { ...slack, chanels: {} } }],
])('the config refuses %s', (_, config) => {
  expect(notifySchema.safeParse(config).success).toBe(false);
});
