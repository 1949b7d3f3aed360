import { expect, test } from 'vitest';
import { Secret } from '../../../src/config/secret.ts';
import type { JsonObject } from '../../../src/domain/json.ts';
import type { Delivery } from '../../../src/notify/channel.ts';
import { compose } from '../../../src/notify/compose.ts';
import type { Message } from '../../../src/notify/message.ts';
import { pagerdutyChannel } from '../../../src/notify/pagerduty/channel.ts';
import { type FakePagerDuty, startPagerDuty } from '../../support/fakes/pagerduty/pagerduty.ts';
import { NOW, view } from '../../unit/notify/views.ts';

const KEY = '0123456789abcdef0123456789abcdef';
const CRITICAL_KEY = 'fedcba9876543210fedcba9876543210';
const ID = 'inc-1kb2f3x-7d0m4qzt';

const page = compose(view(), 'page', NOW);
const taken = compose(view({ ackedBy: 'Ana' }), 'update', NOW);
const end = compose(view({ state: 'healed', reason: 'held', endedAt: NOW }), 'end', NOW);

const start = () => startPagerDuty({ routingKeys: [KEY, CRITICAL_KEY] });
const secret = (value: string) => new Secret(value, 'env PAGERDUTY_ROUTING_KEY');

function talkTo(pagerduty: FakePagerDuty, key = KEY) {
  const channel = pagerdutyChannel(
    {
      webhook_secrets: [],
      routing_key: secret(key),
      url: `${pagerduty.url}/v2/enqueue`,
      routing_keys: { critical: secret(CRITICAL_KEY) },
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

test('a page opens an incident, whoever takes it elsewhere acknowledges it, the end resolves it', async () => {
  await using pagerduty = await start();
  const send = talkTo(pagerduty);
  expect(await send(page)).toMatchObject({ kind: 'sent', ref: { dedupKey: ID } });
  expect(pagerduty.incident(ID)).toMatchObject({ status: 'triggered', severity: 'error', summary: page.headline });
  await send(taken);
  expect(pagerduty.incident(ID)).toMatchObject({ status: 'acknowledged' });
  await send(end);
  expect(pagerduty.incident(ID)).toMatchObject({ status: 'resolved' });
});

test('a page that is sent twice is one incident', async () => {
  await using pagerduty = await start();
  await talkTo(pagerduty)(page);
  await talkTo(pagerduty)(page);
  expect(pagerduty.incidents).toHaveLength(1);
});

test('it is acknowledged once, so that later news cannot silence PagerDuty when it asks again', async () => {
  await using pagerduty = await start();
  const send = talkTo(pagerduty);
  await send(page);
  await send(taken);
  await send(taken);
  expect(pagerduty.events.map(({ event_action }) => event_action)).toEqual(['trigger', 'acknowledge']);
});

test('the end goes to the service that was paged, however grave the incident has become', async () => {
  await using pagerduty = await start();
  const send = talkTo(pagerduty);
  await send(page);
  await send(compose(view({ state: 'healed', reason: 'held', endedAt: NOW, severity: 'critical' }), 'end', NOW));
  expect(pagerduty.incident(ID)).toMatchObject({ status: 'resolved', routingKey: KEY });
});

test('a severity may have a service of its own', async () => {
  await using pagerduty = await start();
  await talkTo(pagerduty)(compose(view({ severity: 'critical' }), 'page', NOW));
  expect(pagerduty.incident(ID)).toMatchObject({ routingKey: CRITICAL_KEY });
});

test('what PagerDuty finds wrong is told, without the key', async () => {
  await using pagerduty = await start();
  expect(await talkTo(pagerduty, 'short')(page)).toEqual({
    kind: 'rejected',
    why: expect.stringMatching(/^PagerDuty answered 400: Event object is invalid; 'routing_key' is missing or not 32/),
  });
});

test.each([
  ['429', (fake: FakePagerDuty) => fake.faults.rateLimitNext(1, 12), 12_000],
  ['503', (fake: FakePagerDuty) => fake.faults.failNext(1, 503), null],
])('%s is tried again, and then it is one incident', async (_, trouble, after) => {
  await using pagerduty = await start();
  const send = talkTo(pagerduty);
  trouble(pagerduty);
  expect(await send(page)).toMatchObject({ kind: 'retry', after });
  expect(await send(page)).toMatchObject({ kind: 'sent' });
  expect(pagerduty.incidents).toHaveLength(1);
});
