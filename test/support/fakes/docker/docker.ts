import type { FastifyReply } from 'fastify';
import { type Fake, startFake } from '../fake.ts';
import { type Container, type ContainerSpec, createContainer, inspect, listed } from './container.ts';
import { matches, readFilters } from './filters.ts';
import { frames, selectLogs } from './logs.ts';

export interface FakeDocker extends Fake {
  readonly containers: readonly Container[];
  /** Containers of one compose service, one-off ones too. */
  service(name: string): readonly Container[];
}

type Call = { Params: { id: string }; Querystring: Record<string, string | undefined> };

/** The Docker engine, on a TCP port or on a unix socket, with these containers. The version prefix may be left out. */
export async function startDocker(options: {
  readonly containers: readonly ContainerSpec[];
  readonly socket?: string;
}): Promise<FakeDocker> {
  const containers = options.containers.map(createContainer);
  const find = (id: string) =>
    containers.find((one) => one.id === id || one.name === id) ??
    (id.length >= 4 ? containers.find((one) => one.id.startsWith(id)) : undefined);
  const missing = (reply: FastifyReply, id: string) => reply.code(404).send({ message: `No such container: ${id}` });

  const fake = await startFake({
    name: 'Docker',
    ...(options.socket === undefined ? {} : { socket: options.socket }),
    rewriteUrl: (url) => url.replace(/^\/v1\.\d+\//, '/'),
    rejected: (status) => ({ message: `fault ${status}` }),
    routes(app) {
      app.setNotFoundHandler((_request, reply) => reply.code(404).send({ message: 'page not found' }));
      app.get('/_ping', async (_request, reply) => reply.type('text/plain').send('OK'));
      app.get('/version', async () => ({ Version: '27.5.1', ApiVersion: '1.47', MinAPIVersion: '1.24', Os: 'linux' }));
      app.get<Call>('/containers/json', async ({ query }, reply) => {
        const filters = readFilters(query.filters);
        if (typeof filters === 'string') return await reply.code(400).send({ message: filters });
        const all = query.all === '1' || query.all === 'true' || filters.status !== undefined;
        return containers.filter((one) => (all || one.running) && matches(one, filters)).map(listed);
      });
      app.get<Call>('/containers/:id/json', async ({ params }, reply) => {
        const container = find(params.id);
        return container === undefined ? await missing(reply, params.id) : inspect(container);
      });
      app.get<Call>('/containers/:id/logs', async ({ params, query }, reply) => {
        const container = find(params.id);
        if (container === undefined) return await missing(reply, params.id);
        const lines = selectLogs(container.logs, query);
        if (typeof lines === 'string') return await reply.code(400).send({ message: lines });
        return await reply.type('application/vnd.docker.multiplexed-stream').send(frames(lines));
      });
      app.post<Call>('/containers/:id/restart', async ({ params }, reply) => {
        const container = find(params.id);
        if (container === undefined) return await missing(reply, params.id);
        if (container.restartFails !== undefined)
          return await reply.code(500).send({ message: container.restartFails });
        container.restart();
        return await reply.code(204).send();
      });
      app.post<Call>('/containers/:id/start', async ({ params }, reply) => {
        const container = find(params.id);
        if (container === undefined) return await missing(reply, params.id);
        if (container.running) return await reply.code(304).send();
        container.start();
        return await reply.code(204).send();
      });
      app.post<Call>('/containers/:id/stop', async ({ params }, reply) => {
        const container = find(params.id);
        if (container === undefined) return await missing(reply, params.id);
        if (!container.running) return await reply.code(304).send();
        container.stop();
        return await reply.code(204).send();
      });
    },
  });
  return { ...fake, containers, service: (name) => containers.filter((one) => one.service === name) };
}
