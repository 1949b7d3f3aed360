import { afterEach, describe, expect, test } from 'vitest';
import { path } from '../../../src/remediation/index.ts';
import { type Fake, startFake } from '../../support/fakes/fake.ts';
import { type OpenToolbox, openToolbox, secretOf } from '../../support/toolbox.ts';

const opened: AsyncDisposable[] = [];
afterEach(async () => {
  for (const one of opened.splice(0).reverse()) await one[Symbol.asyncDispose]();
});

async function server(): Promise<Fake> {
  const fake = await startFake({
    name: 'an API',
    routes(app) {
      app.all('/base/echo', async ({ method, headers, body, query }) => ({ method, headers, body, query }));
      app.get('/base/text', async (_, reply) => reply.type('text/plain').send('no JSON'));
      app.get('/base/nothing', async (_, reply) => reply.code(204).send());
      app.get('/base/broken', async (_, reply) => reply.code(500).send({ error: 'broken' }));
      app.get('/base/elsewhere', async (_, reply) => reply.redirect('http://127.0.0.1:9/secret'));
      app.get('/base/huge', async () => 'x'.repeat(50_000));
      app.get('/base/leaky', async () => ({ token: 'hunter2-hunter2', note: 'Bearer hunter2-hunter2' }));
      app.get('/base/phones/:id', async ({ params }) => params);
    },
  });
  opened.push(fake);
  return fake;
}

async function client(fake: Fake, more: object = {}): Promise<OpenToolbox> {
  const api = { base_url: `${fake.url}/base`, token: secretOf('s3cret-of-the-api'), ...more };
  const box = openToolbox({ apis: { cerniq: api } });
  opened.push(box);
  return box;
}

describe('an HTTP API', () => {
  test('sends method, body, query, bearer token and idempotency key', async () => {
    const fake = await server();
    const { tools, calls } = await client(fake);
    const answer = await tools
      .api('cerniq')
      .post('/echo', { a: 1 }, { query: { b: 'ü &' }, idempotencyKey: 'run-1-reconnect' });
    expect(answer).toMatchObject({
      status: 200,
      ok: true,
      body: { method: 'POST', body: { a: 1 }, query: { b: 'ü &' } },
    });
    expect(fake.requests[0]?.headers).toMatchObject({
      authorization: 'Bearer s3cret-of-the-api',
      'idempotency-key': 'run-1-reconnect',
    });
    expect(JSON.stringify(calls)).not.toContain('s3cret-of-the-api');
    expect(calls[0]).toMatchObject({ tool: 'cerniq', call: 'POST /echo', args: { body: { a: 1 } }, error: null });
  });

  test('takes any status for an answer', async () => {
    const { tools } = await client(await server());
    const api = tools.api('cerniq');
    expect(await api.get('/broken')).toMatchObject({ status: 500, ok: false, body: { error: 'broken' } });
    expect(await api.get('/text')).toMatchObject({ body: 'no JSON' });
    expect(await api.get('/nothing')).toMatchObject({ status: 204, ok: true, body: null });
  });

  test('does not follow a redirect', async () => {
    const { tools } = await client(await server());
    expect(await tools.api('cerniq').get('/elsewhere')).toMatchObject({ status: 302, ok: false });
  });

  test('knows basic authentication', async () => {
    const fake = await server();
    const { tools } = await client(fake, { token: undefined, basic: { user: 'ops', password: secretOf('pa:ss') } });
    await tools.api('cerniq').get('/echo');
    expect(fake.requests[0]?.headers.authorization).toBe(`Basic ${Buffer.from('ops:pa:ss').toString('base64')}`);
  });

  test('gives up on a server that does not answer, and says so', async () => {
    const fake = await server();
    const { tools, calls } = await client(fake, { timeout: '50ms' });
    fake.faults.hang();
    await expect(tools.api('cerniq').get('/echo')).rejects.toThrow('cerniq: GET /echo: no answer within 50 ms');
    expect(calls[0]?.error).toContain('no answer within');
    await fake.faults.clear();
    await fake.faults.refuseConnections();
    await expect(tools.api('cerniq').get('/echo')).rejects.toThrow('ECONNREFUSED');
  });

  test('is cut off with its step, and fails with the reason that the step was given', async () => {
    const fake = await server();
    const { tools, abort } = await client(fake);
    fake.faults.hang();
    const call = tools.api('cerniq').get('/echo');
    call.catch(() => undefined);
    await fake.waitFor(({ path: asked }) => asked === '/base/echo');
    const reason = new Error('the lease was lost');
    abort(reason);
    await expect(call).rejects.toBe(reason);
    await expect(tools.api('cerniq').get('/echo')).rejects.toBe(reason);
  });

  test('reads no more than its limit', async () => {
    const { tools } = await client(await server(), { max_bytes: 2_000 });
    await expect(tools.api('cerniq').get('/huge')).rejects.toThrow('larger than 2000 bytes');
  });

  test('keeps secrets of an answer out of the evidence, not out of the answer', async () => {
    const { tools, calls } = await client(await server());
    expect((await tools.api('cerniq').get('/leaky')).body).toMatchObject({ token: 'hunter2-hunter2' });
    expect(JSON.stringify(calls)).not.toContain('hunter2');
  });

  test('escapes what comes from a label', async () => {
    const { tools } = await client(await server());
    const id = 'a/b?c=d#e %2e';
    expect((await tools.api('cerniq').get(path`/phones/${id}`)).body).toEqual({ id });
  });

  test.each([
    '//evil.example/x',
    'http://evil.example/x',
    '/../x',
    '/a/%2e%2e/x',
    '/a%2f..%2fb',
    '/a\r\nHost: x',
    '/a\\b',
    'x',
  ])('refuses the path %j', async (wrong) => {
    const fake = await server();
    const { tools } = await client(fake);
    await expect(tools.api('cerniq').get(wrong)).rejects.toThrow(/'/);
    expect(fake.requests).toEqual([]);
  });

  test('an API that the config does not have is said by name', async () => {
    const { tools } = await client(await server());
    expect(() => tools.api('nobody')).toThrow("no tool 'nobody'");
    expect(() => tools.redis).toThrow("no tool 'redis'");
  });
});
