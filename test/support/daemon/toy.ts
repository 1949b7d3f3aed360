import { fastify } from 'fastify';

export interface Thing {
  healthy: boolean;
  prepared: number;
  unprepared: number;
  mended: number;
  signed: number;
  looked: number;
}

export interface Toy {
  readonly url: string;
  readonly things: Map<string, Thing>;
  thing(id: string): Thing;
  /** What mending does; by default it heals. */
  onMend: (id: string, thing: Thing) => Promise<number> | number;
  /** Called for each look, before it is answered. */
  onLook: (id: string) => Promise<void> | void;
  /** Called after each change, before it is answered. */
  onChange: (id: string, what: string) => Promise<void> | void;
  stop(): Promise<void>;
}

/** A world of things that are sick until they are mended, and count what is done to them. */
export async function startToy(): Promise<Toy> {
  const things = new Map<string, Thing>();
  const thing = (id: string): Thing => {
    const known = things.get(id);
    if (known !== undefined) return known;
    const made: Thing = { healthy: false, prepared: 0, unprepared: 0, mended: 0, signed: 0, looked: 0 };
    things.set(id, made);
    return made;
  };
  const server = fastify({ forceCloseConnections: true });
  const toy: Toy = {
    url: '',
    things,
    thing,
    onMend: (_id, one) => {
      one.healthy = true;
      return 200;
    },
    onLook: () => undefined,
    onChange: () => undefined,
    stop: () => server.close(),
  };
  server.get('/things/:id', async (request) => {
    const { id } = request.params as { id: string };
    const one = thing(id);
    one.looked += 1;
    await toy.onLook(id);
    return one;
  });
  server.post('/things/:id/:what', async (request, reply) => {
    const { id, what } = request.params as { id: string; what: string };
    const one = thing(id);
    if (what === 'prepare') one.prepared += 1;
    if (what === 'unprepare') one.unprepared += 1;
    if (what === 'sign') one.signed += 1;
    let status = 200;
    if (what === 'mend') {
      one.mended += 1;
      status = await toy.onMend(id, one);
    }
    await toy.onChange(id, what);
    return reply.code(status).send({ ok: status < 300 });
  });
  await server.listen({ host: '127.0.0.1', port: 0 });
  const address = server.server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  return Object.assign(toy, { url: `http://127.0.0.1:${port}` });
}
