import { afterEach, expect, test } from 'vitest';
import { startFake } from '../../support/fakes/fake.ts';
import { openToolbox } from '../../support/toolbox.ts';

const opened: AsyncDisposable[] = [];
afterEach(async () => {
  for (const one of opened.splice(0).reverse()) await one[Symbol.asyncDispose]();
});

/** Answers every query with this. */
async function prometheus(status: number, answer: unknown) {
  const fake = await startFake({
    name: 'Prometheus',
    routes: (app) => app.get('/prom/api/v1/query', async (_, reply) => reply.code(status).send(answer)),
  });
  const box = openToolbox({ prometheus: { url: `${fake.url}/prom` } });
  opened.push(fake, box);
  return { fake, ...box };
}

test('gives one number for each series', async () => {
  const result = [
    { metric: { queue: 'churn' }, value: [1_700_000_000.1, '12'] },
    { metric: { queue: 'graph' }, value: [1_700_000_000.1, '+Inf'] },
    { metric: {}, value: [1_700_000_000.1, 'NaN'] },
  ];
  const { fake, tools } = await prometheus(200, { status: 'success', data: { resultType: 'vector', result } });
  expect(await tools.prometheus.query('sum(x{a="b"}) by (queue)')).toEqual([
    { labels: { queue: 'churn' }, value: 12 },
    { labels: { queue: 'graph' }, value: Infinity },
    { labels: {}, value: Number.NaN },
  ]);
  expect(fake.requests[0]?.query).toEqual({ query: 'sum(x{a="b"}) by (queue)' });
});

test('an empty vector is no series, not an error', async () => {
  const { tools } = await prometheus(200, { status: 'success', data: { resultType: 'vector', result: [] } });
  expect(await tools.prometheus.query('up')).toEqual([]);
});

test('reads a scalar', async () => {
  const { tools } = await prometheus(200, { status: 'success', data: { resultType: 'scalar', result: [1, '3'] } });
  expect(await tools.prometheus.query('scalar(x)')).toEqual([{ labels: {}, value: 3 }]);
});

test('says what Prometheus said', async () => {
  const { tools } = await prometheus(400, { status: 'error', errorType: 'bad_data', error: 'parse error at char 3' });
  await expect(tools.prometheus.query('su(')).rejects.toThrow('answered 400: parse error at char 3');
});

test('refuses a range', async () => {
  const { tools } = await prometheus(200, { status: 'success', data: { resultType: 'matrix', result: [] } });
  await expect(tools.prometheus.query('up[5m]')).rejects.toThrow('gives a matrix');
});
