import { openLog } from '../../src/observe/log.ts';
import { createServer } from '../../src/server/server.ts';

/** The very Fastify of the service, which reads the JSON, answers, and stores nothing. A process of its own. */
const server = createServer(openLog('error'), 10 * 1024 * 1024);
server.post('/webhooks/alertmanager', async (request, reply) => {
  const body = JSON.parse(String(request.body)) as { alerts: unknown[] };
  return reply.code(200).send({ accepted: body.alerts.length, rejected: 0 });
});
const address = await server.listen({ host: '127.0.0.1', port: 0 });
process.stdout.write(`${address}\n`);
