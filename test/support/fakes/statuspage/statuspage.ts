import { type Fake, startFake } from '../fake.ts';

export interface PageIncident {
  readonly id: string;
  readonly name: string;
  readonly status: string;
  readonly impact: string;
  readonly metadata: unknown;
  /** Ids. */
  readonly components: readonly string[];
  /** What the public has read, oldest first. */
  readonly updates: readonly { readonly status: string; readonly body: string; readonly told: boolean }[];
}

export interface FakeStatuspage extends Fake {
  readonly incidents: readonly PageIncident[];
  /** The state of each component, by id. */
  readonly components: Readonly<Record<string, string>>;
  /** A person opens an incident by hand. */
  byHand(name: string, components: readonly string[], state: string): void;
}

const STATUSES = ['investigating', 'identified', 'monitoring', 'resolved'];
const STATES = ['operational', 'degraded_performance', 'partial_outage', 'major_outage', 'under_maintenance'];
const IMPACTS = ['none', 'maintenance', 'minor', 'major', 'critical'];

type Fields = Readonly<Record<string, unknown>>;

/** Statuspage's API for one page. With `every` it takes one call in so many milliseconds and answers 420 to others. */
export async function startStatuspage(world: {
  readonly apiKey: string;
  readonly pageId: string;
  readonly components: readonly string[];
  readonly every?: number;
}): Promise<FakeStatuspage> {
  const components: Record<string, string> = Object.fromEntries(world.components.map((id) => [id, 'operational']));
  const incidents: PageIncident[] = [];
  let last = Number.NEGATIVE_INFINITY;

  const faultOf = ({
    name,
    status,
    body,
    impact_override,
    components: states = {},
    component_ids = [],
    metadata,
  }: Fields) => {
    if (name !== undefined && (typeof name !== 'string' || name === '' || name.length > 255)) return 'Name is invalid';
    if (status !== undefined && !STATUSES.includes(String(status))) return 'Status is not included in the list';
    if (body !== undefined && (typeof body !== 'string' || body.length > 25_000)) return 'Body is too long';
    if (impact_override !== undefined && !IMPACTS.includes(String(impact_override))) return 'Impact is invalid';
    const named = [...(component_ids as string[]), ...Object.keys(states as Fields)];
    if (named.some((id) => components[id] === undefined)) return 'Component is unknown';
    if (Object.values(states as Fields).some((state) => !STATES.includes(String(state))))
      return 'Component status is invalid';
    const objects = Object.values((metadata ?? {}) as Fields).every((one) => typeof one === 'object' && one !== null);
    return objects ? undefined : 'Metadata must be an object of objects';
  };
  const shown = (one: PageIncident) => ({
    ...one,
    components: one.components.map((id) => ({ id, status: components[id] })),
  });
  const apply = (old: PageIncident, given: Fields): PageIncident => {
    Object.assign(components, given.components);
    const update = { status: String(given.status ?? old.status), body: String(given.body ?? '') };
    return {
      ...old,
      name: String(given.name ?? old.name),
      status: update.status,
      impact: String(given.impact_override ?? old.impact),
      metadata: given.metadata ?? old.metadata,
      components: (given.component_ids as string[] | undefined) ?? old.components,
      updates: [...old.updates, { ...update, told: given.deliver_notifications !== false }],
    };
  };
  const open = (given: Fields): PageIncident => {
    const id = `pageinc${incidents.length + 1}`;
    const blank = { id, name: '', status: 'investigating', impact: 'none', metadata: {}, components: [], updates: [] };
    const one = apply(blank, given);
    incidents.push(one);
    return one;
  };

  const fake = await startFake({
    name: 'Statuspage',
    routes(app) {
      app.addHook('preHandler', async ({ headers, url }, reply) => {
        if (headers.authorization !== `OAuth ${world.apiKey}`)
          return reply.code(401).send({ error: 'Could not authenticate' });
        const now = performance.now();
        const isTooSoon = now - last < (world.every ?? 0);
        last = now;
        if (isTooSoon) return reply.code(420).send({ error: 'Enhance your calm' });
        if (!url.startsWith(`/pages/${world.pageId}/`)) return reply.code(404).send({ error: 'Not found' });
        return undefined;
      });
      app.get('/pages/:page/components', async () =>
        Object.entries(components).map(([id, status]) => ({ id, status })),
      );
      app.get('/pages/:page/incidents/unresolved', async () =>
        incidents.filter(({ status }) => status !== 'resolved').map(shown),
      );
      app.post('/pages/:page/incidents', async ({ body }, reply) => {
        const given = ((body as Fields | undefined)?.incident ?? {}) as Fields;
        const fault = given.name === undefined ? "Name can't be blank" : faultOf(given);
        if (fault !== undefined) return await reply.code(422).send({ error: [fault] });
        return await reply.code(201).send(shown(open(given)));
      });
      app.patch('/pages/:page/incidents/:id', async ({ body, params }, reply) => {
        const index = incidents.findIndex(({ id }) => id === (params as { id: string }).id);
        const old = incidents[index];
        if (old === undefined) return await reply.code(404).send({ error: 'Not found' });
        const given = ((body as Fields | undefined)?.incident ?? {}) as Fields;
        const fault = faultOf(given);
        if (fault !== undefined) return await reply.code(422).send({ error: [fault] });
        const changed = apply(old, given);
        incidents[index] = changed;
        return shown(changed);
      });
    },
  });
  const byHand: FakeStatuspage['byHand'] = (name, ids, state) => {
    open({ name, component_ids: ids, components: Object.fromEntries(ids.map((id) => [id, state])), metadata: {} });
  };
  return { ...fake, incidents, components, byHand };
}
