import type { Job } from 'bullmq';
import type { FastifyInstance } from 'fastify';
import { ETAPA5, QUEUES, SERVICES, type Service } from '../names.ts';
import { Refused } from '../phones.ts';
import type { Estate } from './estate.ts';

type OfQueue = { Params: { queue: string }; Querystring: { limit?: string; age?: string } };
type OfJob = { Params: { queue: string; id: string } };

const QUEUE = '/api/admin/queues/:queue';

/** The admin's view of the queues and of the processes that serve them. */
export function queueRoutes(app: FastifyInstance, { queues, pm2 }: Estate): void {
  const known = (queue: string) => {
    if (!QUEUES.includes(queue)) throw new Refused(404, 'QUEUE_NOT_FOUND', `There is no queue ${queue}`);
    return queues.open(queue);
  };
  const each = async <T>(names: readonly string[], ask: (queue: string) => Promise<T>) =>
    await Promise.all(names.map(async (name) => [name, await ask(name)] as const));

  app.get('/api/admin/queues/health', async () => ({
    queues: Object.fromEntries(await each(QUEUES, (queue) => queues.counts(queue))),
  }));
  app.get('/api/admin/queues/etapa5', async () => ({
    queues: (await each(ETAPA5, (queue) => queues.counts(queue))).map(([name, counts]) => ({ name, ...counts })),
  }));
  app.get('/api/admin/queues/failed', async () => {
    const failed = await each(QUEUES, (queue) => queues.open(queue).getFailed(0, 99));
    return failed.flatMap(([queue, jobs]) => jobs.map((job) => ({ queue, ...view(job) })));
  });
  app.post<{ Querystring: { maxAge?: string } }>('/api/admin/queues/clean-completed', async ({ query }) => {
    const age = Number(query.maxAge ?? 604_800) * 1_000;
    const cleaned = await each(QUEUES, (queue) => queues.open(queue).clean(age, 0, 'completed'));
    return { success: true, cleaned: cleaned.reduce((sum, [, ids]) => sum + ids.length, 0) };
  });

  app.get<OfQueue>(QUEUE, async ({ params }) => {
    const queue = known(params.queue);
    return { name: params.queue, ...(await queues.counts(params.queue)), isPaused: await queue.isPaused() };
  });
  for (const state of ['waiting', 'active', 'failed', 'delayed'] as const) {
    app.get<OfQueue>(`${QUEUE}/${state}`, async ({ params, query }) => {
      const jobs = await known(params.queue).getJobs([state], 0, Number(query.limit ?? 100) - 1, true);
      return jobs.map(view);
    });
  }
  app.post<OfQueue>(`${QUEUE}/pause`, async ({ params }) => {
    await known(params.queue).pause();
    return { success: true };
  });
  app.post<OfQueue>(`${QUEUE}/resume`, async ({ params }) => {
    await known(params.queue).resume();
    return { success: true };
  });
  app.post<OfQueue>(`${QUEUE}/drain`, async ({ params }) => {
    await known(params.queue).drain();
    return { success: true };
  });
  app.post<OfQueue>(`${QUEUE}/retry-failed`, async ({ params }) => {
    const queue = known(params.queue);
    const failed = await queue.getFailedCount();
    await queue.retryJobs({ state: 'failed' });
    return { success: true, retried: failed };
  });
  app.post<OfQueue>(`${QUEUE}/clean-failed`, async ({ params, query }) => {
    const ids = await known(params.queue).clean(Number(query.age ?? 86_400) * 1_000, 0, 'failed');
    return { success: true, cleaned: ids.length };
  });

  const job = async ({ queue, id }: OfJob['Params']): Promise<Job> => {
    const found = (await known(queue).getJob(id)) as Job | undefined;
    if (found === undefined) throw new Refused(404, 'JOB_NOT_FOUND', `There is no job ${id} in ${queue}`);
    return found;
  };
  app.get<OfJob>(`${QUEUE}/jobs/:id`, async ({ params }) => {
    const found = await job(params);
    return { ...view(found), state: await found.getState(), stacktrace: found.stacktrace };
  });
  app.post<OfJob>(`${QUEUE}/jobs/:id/retry`, async ({ params }) => {
    const found = await job(params);
    const state = await found.getState();
    if (state !== 'failed') throw new Refused(409, 'JOB_NOT_FAILED', `Job ${params.id} is ${state}`);
    await found.retry('failed');
    return { success: true };
  });

  app.get<{ Params: { service: string } }>('/api/admin/workers/:service', async ({ params }) => {
    const { service } = params;
    if (!Object.hasOwn(SERVICES, service))
      throw new Refused(404, 'SERVICE_NOT_FOUND', `There is no service ${service}`);
    const workers = ((await pm2?.list()) ?? []).filter(({ name }) => name === service);
    return { service, queues: SERVICES[service as Service], workers };
  });
}

function view(job: Job) {
  const { id, name, timestamp, processedOn, finishedOn, failedReason, attemptsMade } = job;
  return { id, name, timestamp, processedOn, finishedOn, failedReason, attemptsMade };
}
