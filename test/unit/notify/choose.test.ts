import { expect, test } from 'vitest';
import type { Topic } from '../../../src/domain/event.ts';
import type { Severity } from '../../../src/domain/severity.ts';
import { choose } from '../../../src/escalate/choose.ts';
import type { Channel } from '../../../src/notify/channel.ts';
import { compose } from '../../../src/notify/compose.ts';
import { NOW, view } from './views.ts';

const channel = (name: string, topics: readonly Topic[], more: Partial<Channel> = {}): [string, Channel] => [
  name,
  {
    name,
    pages: true,
    wants: ({ topic }) => topics.includes(topic),
    send: async () => ({ kind: 'sent', ref: null }),
    ...more,
  },
];

const ALL = new Map([
  channel('slack', ['page', 'ask', 'update', 'end']),
  channel('pagerduty', ['page', 'end']),
  channel('sms', ['page'], { severities: ['critical'] }),
  channel('statuspage', ['page', 'end'], { pages: false }),
]);

function chosen(topic: Topic, severity: Severity, named: object = {}, told: readonly string[] = [], channels = ALL) {
  const message = { ...compose(view({ severity }), 'page', NOW), topic };
  const { channels: found, notes } = choose(channels, named, message, new Set(told));
  return { names: found.map(({ name }) => name), notes };
}

test('without a list every channel takes what it is made for', () => {
  expect(chosen('page', 'critical').names).toEqual(['slack', 'pagerduty', 'sms', 'statuspage']);
  expect(chosen('page', 'high').names).toEqual(['slack', 'pagerduty', 'statuspage']);
});

test('a list decides over pages, and over what a channel would take by itself', () => {
  expect(chosen('page', 'high', { high: ['sms'] })).toEqual({ names: ['sms', 'statuspage'], notes: [] });
});

test('a question goes to whoever can ask it, whatever the list says', () => {
  expect(chosen('ask', 'critical', { critical: ['sms'] }).names).toEqual(['slack']);
});

test('whoever was told hears the end, too, and nobody else', () => {
  expect(chosen('end', 'critical', { critical: ['pagerduty'] }, ['slack']).names).toEqual(['slack', 'statuspage']);
  expect(chosen('end', 'high', {}, ['slack:#leads']).names).toEqual(['statuspage']);
  expect(chosen('update', 'high', {}, ['pagerduty', 'slack:#leads']).names).toEqual([]);
});

test('what nobody was told of ends where its page would have gone', () => {
  expect(chosen('end', 'high').names).toEqual(['slack', 'pagerduty', 'statuspage']);
  expect(chosen('end', 'high', {}, ['statuspage', 'gone']).names).toEqual(['slack', 'pagerduty', 'statuspage']);
  expect(chosen('end', 'high', { high: ['sms'] }).names).toEqual(['statuspage']);
});

test('a page that none of its channels can take goes to all others, and says why', () => {
  const some = new Map([...ALL].filter(([name]) => name !== 'sms'));
  expect(chosen('page', 'high', { high: ['sms'] }, [], some)).toEqual({
    names: ['slack', 'pagerduty', 'statuspage'],
    notes: ['None of sms can be used for a page of severity high, so it comes here.'],
  });
});

test('a page for which there is only a channel of other severities goes there', () => {
  const some = new Map([...ALL].filter(([name]) => name === 'sms'));
  expect(chosen('page', 'low', {}, [], some).names).toEqual(['sms']);
});
