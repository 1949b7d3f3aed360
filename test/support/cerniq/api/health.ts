import type { FastifyInstance, FastifyReply } from 'fastify';
import type { Estate } from './estate.ts';

/** The five health endpoints of the operations guide, each telling what is so at this moment. */
export function healthRoutes(app: FastifyInstance, { pool, redis, dependencies }: Estate): void {
  const redisAnswers = () => answers(redis.ping());
  const databaseAnswers = () => answers(pool.query('SELECT 1'));
  const tell = (reply: FastifyReply, good: boolean, body: object) => reply.code(good ? 200 : 503).send(body);

  app.get('/health', async (_request, reply) => {
    const good = (await redisAnswers()) && (await databaseAnswers());
    await tell(reply, good, { status: good ? 'healthy' : 'unhealthy' });
  });
  app.get('/health/redis', async (_request, reply) => {
    const connected = await redisAnswers();
    await tell(reply, connected, { connected });
  });
  app.get('/health/db', async (_request, reply) => {
    const connected = await databaseAnswers();
    await tell(reply, connected, { connected });
  });
  app.get('/graph/health', async (_request, reply) => {
    await tell(reply, dependencies.graph, { status: dependencies.graph ? 'ok' : 'failed' });
  });
  app.get('/health/llm', async (_request, reply) => {
    await tell(reply, dependencies.llm, { available: dependencies.llm });
  });
}

async function answers(question: Promise<unknown>): Promise<boolean> {
  const late = new Promise<never>((_resolve, reject) => {
    setTimeout(() => reject(new Error('too late')), 1_000).unref();
  });
  return await Promise.race([question, late]).then(
    () => true,
    () => false,
  );
}
