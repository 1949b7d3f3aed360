import type { JsonObject } from '../../domain/json.ts';
import { type Clock, type Millis, systemClock } from '../../domain/time.ts';
import type { Channel, Delivery } from '../channel.ts';
import type { Message } from '../message.ts';
import { cleanLine } from '../say/clean.ts';
import { Refusal, type StatuspageClient, standing, statuspageClient } from './client.ts';
import { componentStates, type Standing, shownAs } from './components.ts';
import type { Shown, StatuspageConfig } from './config.ts';

/** The id goes into an address. */
const PLAIN_ID = /^[A-Za-z0-9_-]{1,64}$/;

/**
 * The public status page. It shows what the config says and nothing else: words of alerts, rules and targets are not for
 * strangers. It is told when people are paged, when somebody has it, and when it is over.
 *
 * Statuspage knows no idempotency key. Our incident's id stands in the metadata of its incident, and what stands on the
 * page is read before anything is changed; so messages must come one at a time.
 */
export function statuspageChannel(
  config: StatuspageConfig,
  {
    timeout = 5_000,
    pace = 1_100,
    clock = systemClock,
  }: { readonly timeout?: Millis; readonly pace?: Millis; readonly clock?: Clock } = {},
): Channel {
  const client = (signal: AbortSignal) => statuspageClient({ config, timeout, pace, clock, signal });
  return {
    name: 'statuspage',
    pages: false,
    apart: pace,
    wants(message) {
      const { topic, incident } = message;
      if (shownFor(config, message) === null || shownAs(incident.severity) === null) return false;
      if (topic === 'page') return true;
      return incident.paged && (topic === 'end' || (topic === 'update' && incident.ackedBy !== null));
    },
    send: (message, { signal, ref }) => attempt(() => show(config, client(signal), message, ref)),
    test: (_message, { signal }) => attempt(() => look(config, client(signal))),
  };
}

async function attempt(work: () => Promise<Delivery>): Promise<Delivery> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof Refusal) return error.delivery;
    throw error;
  }
}

async function show(
  config: StatuspageConfig,
  client: StatuspageClient,
  message: Message,
  ref: JsonObject | null,
): Promise<Delivery> {
  const { incident, topic } = message;
  const shown = shownFor(config, message);
  const as = shownAs(incident.severity);
  if (shown === null || as === null) return { kind: 'sent', ref: {} };
  const all = standing(await client.get('/incidents/unresolved'));
  const mine = all.find((one) => one.ours === incident.id) ?? all.find((one) => one.id === ref?.id);
  const others = all.filter((one) => one !== mine);
  if (topic === 'end') return resolve(client, shown, mine, others);
  const status = incident.ackedBy === null ? 'investigating' : 'identified';
  const details = {
    status,
    body: shown[status],
    impact_override: as.impact,
    component_ids: shown.components,
    components: componentStates(shown.components, as.state, others),
    deliver_notifications: config.notify_subscribers,
    metadata: { remedyd: { incident: incident.id, state: as.state } },
  };
  if (mine === undefined) {
    // A person took it off the page: it is not put there again for news.
    if (topic === 'update') return { kind: 'sent', ref: {} };
    return taken(await client.send('POST', '/incidents', { incident: { name: shown.title, ...details } }), 'shows');
  }
  // An attempt whose answer was lost, or a second page: it stands there already.
  if (mine.status === status && mine.state === as.state) {
    return { kind: 'sent', ref: { id: mine.id }, said: `Statuspage shows it already as ${cleanLine(mine.id, 60)}` };
  }
  return taken(await client.send('PATCH', pathOf(mine), { incident: details }), 'changed');
}

async function resolve(
  client: StatuspageClient,
  shown: Shown,
  mine: Standing | undefined,
  others: readonly Standing[],
): Promise<Delivery> {
  // Nothing of it stands there: it was never shown, or a person ended it.
  if (mine === undefined) return { kind: 'sent', ref: {} };
  const components = componentStates(shown.components, 'operational', others);
  const incident = { status: 'resolved', body: shown.resolved, components };
  return taken(await client.send('PATCH', pathOf(mine), { incident }), 'resolved');
}

function pathOf({ id }: Standing): string {
  if (!PLAIN_ID.test(id)) throw new Refusal({ kind: 'rejected', why: 'Statuspage names an incident by what is no id' });
  return `/incidents/${id}`;
}

function taken(answer: unknown, what: string): Delivery {
  const { id } = answer as { readonly id?: unknown };
  if (typeof id !== 'string') return { kind: 'retry', after: null, why: 'Statuspage answered without an incident' };
  return { kind: 'sent', ref: { id }, said: `Statuspage ${what} it as ${cleanLine(id, 60)}` };
}

/** The test by hand reads only: a public page is no place for tests. */
async function look(config: StatuspageConfig, client: StatuspageClient): Promise<Delivery> {
  const list = await client.get('/components');
  const known = Array.isArray(list) ? list.map((one: { readonly id?: unknown } | null) => String(one?.id)) : [];
  const wanted = [...new Set(config.show.flatMap(({ components }) => components))];
  const missing = wanted.filter((id) => !known.includes(id));
  if (missing.length > 0) {
    return { kind: 'rejected', why: `the page has no component ${missing.join(', ')}: correct notify.statuspage.show` };
  }
  return { kind: 'sent', ref: {}, said: `Statuspage knows the components ${wanted.join(', ')}; nothing was published` };
}

function shownFor({ show: all }: StatuspageConfig, { incident }: Message): Shown | null {
  const fits = ({ rules = [], kinds = [] }: Shown) =>
    rules.includes(incident.rule) || kinds.includes(incident.target.kind);
  return all.find(fits) ?? null;
}
