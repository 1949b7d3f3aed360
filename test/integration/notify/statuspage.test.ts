import { expect, test } from 'vitest';
import { Secret } from '../../../src/config/secret.ts';
import type { Topic } from '../../../src/domain/event.ts';
import type { Incident } from '../../../src/domain/incident.ts';
import { compose } from '../../../src/notify/compose.ts';
import { statuspageChannel } from '../../../src/notify/statuspage/channel.ts';
import { statuspageSchema } from '../../../src/notify/statuspage/config.ts';
import { startStatuspage } from '../../support/fakes/statuspage/statuspage.ts';
import { NOW, view } from '../../unit/notify/views.ts';
import { talkTo } from './talk.ts';

const COMPONENTS = ['comp1', 'comp2'];

async function open(more: { readonly pace?: number; readonly every?: number; readonly show?: readonly string[] } = {}) {
  const { pace = 0, every = 0, show: wanted = ['comp1'] } = more;
  const page = await startStatuspage({ apiKey: 'sp-key', pageId: 'page1', components: COMPONENTS, every });
  const show = [{ kinds: ['phone'], components: wanted, title: 'Messages are late' }];
  const api_key = new Secret('sp-key', 'env STATUSPAGE_API_KEY');
  const config = statuspageSchema.parse({ api_key, page_id: 'page1', url: page.url, show });
  const channel = statuspageChannel(config, { timeout: 2_000, pace });
  return { page, channel, send: talkTo(channel) };
}

const says = (topic: Topic, change: Partial<Incident> = {}) => compose(view(change), topic, NOW);
const over = { state: 'healed', reason: 'held', endedAt: NOW } as const;

test('a page opens an incident in public words, who takes it is news, and the end resolves it', async () => {
  const { page, send } = await open();
  await using _ = page;
  await send(says('page'));
  expect(page.components).toEqual({ comp1: 'partial_outage', comp2: 'operational' });
  await send(says('update', { ackedBy: 'Ana' }));
  await send(says('end', { ...over, ackedBy: 'Ana' }));
  expect(page.incidents.map(({ name, status, updates }) => [name, status, updates.map((one) => one.body)])).toEqual([
    [
      'Messages are late',
      'resolved',
      ['We are looking into it.', 'We are working on it.', 'This is over. We are sorry for the trouble.'],
    ],
  ]);
  expect(page.components.comp1).toBe('operational');
  const told = JSON.stringify(page.incidents.map(({ metadata: _metadata, ...rest }) => rest));
  expect(told).not.toMatch(/phone|Ana|reconnect|offline/);
});

test('an attempt whose answer was lost opens no second incident, even where nothing was kept of it', async () => {
  const { page, channel } = await open();
  await using _ = page;
  await talkTo(channel)(says('page'));
  expect(await talkTo(channel)(says('page'))).toMatchObject({ kind: 'sent', ref: { id: 'pageinc1' } });
  expect(page.incidents).toHaveLength(1);
});

test('a component is as bad as the worst incident on it, and well when the last one is over', async () => {
  const { page, channel } = await open();
  await using _ = page;
  const [bad, worse] = [talkTo(channel), talkTo(channel)];
  await worse(says('page', { id: 'inc-worse', severity: 'critical' }));
  await bad(says('page', { id: 'inc-bad', severity: 'medium' }));
  expect(page.components.comp1).toBe('major_outage');
  await worse(says('end', { id: 'inc-worse', severity: 'critical', ...over }));
  expect(page.components.comp1).toBe('degraded_performance');
  await bad(says('end', { id: 'inc-bad', severity: 'medium', ...over }));
  expect(page.components.comp1).toBe('operational');
});

test('what a person shows by hand stays as that person set it', async () => {
  const { page, send } = await open();
  await using _ = page;
  page.byHand('Planned work', ['comp1'], 'under_maintenance');
  await send(says('page'));
  await send(says('end', over));
  expect(page.components.comp1).toBe('under_maintenance');
  expect(page.incidents.map(({ status }) => status)).toEqual(['investigating', 'resolved']);
});

test('calls keep the pace that the service asks for', async () => {
  const { page, send } = await open({ pace: 120, every: 100 });
  await using _ = page;
  expect(await send(says('page'))).toMatchObject({ kind: 'sent' });
  expect(page.requests.map(({ status }) => status)).toEqual([200, 201]);
});

test('its own word for a rate limit is understood', async () => {
  const { page, send } = await open({ every: 60_000 });
  await using _ = page;
  expect(await send(says('page'))).toMatchObject({ kind: 'retry', why: expect.stringContaining('420') });
});

test.each([
  ['low severity', { severity: 'low' }],
  ['another kind of target', { target: { kind: 'queue', id: 'churn' } }],
] as const)('nothing is shown for %s', async (_, change) => {
  const { page, channel } = await open();
  await using _page = page;
  expect(channel.wants(says('page', change))).toBe(false);
});

test('the test by hand publishes nothing, and finds a component that is not there', async () => {
  const ctx = { signal: new AbortController().signal, ref: null, idempotencyKey: 'x' };
  const { page, channel } = await open();
  await using _ = page;
  expect(await channel.test?.(says('page'), ctx)).toMatchObject({ kind: 'sent' });
  expect(page.requests.every(({ method }) => method === 'GET')).toBe(true);
  const wrong = await open({ show: ['nosuch'] });
  await using _wrong = wrong.page;
  expect(await wrong.channel.test?.(says('page'), ctx)).toMatchObject({ kind: 'rejected' });
});
