import { once } from 'node:events';
import Fastify, { type FastifyInstance } from 'fastify';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Secret } from '../../../src/config/secret.ts';
import { systemClock } from '../../../src/domain/time.ts';
import { lookHttp } from '../../../src/probe/http.ts';
import { movingClock } from './moving-clock.ts';
import { probe } from './probes.ts';

let app: FastifyInstance;
let origin: string;

beforeAll(async () => {
  app = Fastify({ forceCloseConnections: true });
  app.get('/healthy', async () => ({
    status: 'healthy',
    checks: { redis: { connected: true }, workers: [{ up: 3 }] },
  }));
  app.get('/sick', async (_, reply) => reply.code(503).send({ status: 'sick' }));
  app.get('/redirect', async (_, reply) => reply.redirect('/healthy'));
  app.get('/text', async () => 'all is well');
  app.get('/empty', async (_, reply) => reply.code(200).send());
  app.get('/huge', async () => ({ status: 'healthy', filler: 'x'.repeat(2_000_000) }));
  app.get('/guarded', async ({ headers }, reply) =>
    headers.authorization === 'Bearer right' ? { status: 'healthy' } : reply.code(401).send({}),
  );
  app.get('/basic', async ({ headers }) => ({ got: headers.authorization, shop: headers['x-shop'] }));
  app.get('/hangs', () => new Promise(() => undefined));
  app.get('/trickles', (_, reply) => {
    reply.hijack();
    reply.raw.writeHead(200, { 'content-type': 'application/json' });
    reply.raw.write('{"status":');
  });
  app.get('/breaks-off', (_, reply) => {
    reply.hijack();
    reply.raw.writeHead(200, { 'content-length': '100' });
    reply.raw.write('{"status":', () => reply.raw.destroy());
  });
  origin = await app.listen({ port: 0, host: '127.0.0.1' });
});
afterAll(async () => {
  await app.close();
});

const running = new AbortController().signal;
const look = (path: string, change: object = {}) =>
  lookHttp(probe({ url: `${origin}${path}`, ...change }), systemClock, running);
const expecting = (json: object) => ({ expect: { json } });

test.each([
  ['/healthy', {}],
  ['/healthy', expecting({ status: 'healthy', 'checks.redis.connected': true, 'checks.workers.0.up': 3 })],
  ['/sick', { expect: { status: [200, 503] } }],
  ['/redirect', { expect: { status: [302] } }],
  ['/guarded', { auth: { bearer: new Secret('right', 'env TOKEN') } }],
  ['/guarded', { expect: { status: [401] } }],
  [
    '/basic',
    {
      auth: { user: 'a', password: new Secret('b', 'env X') },
      headers: { 'X-Shop': '7' },
      ...expecting({ got: 'Basic YTpi', shop: '7' }),
    },
  ],
  ['/huge', {}],
  ['/empty', {}],
])('%s with %j passes', async (path, change) => {
  expect(await look(path, change)).toEqual({ result: 'pass', took: expect.any(Number) });
});

test.each([
  ['/sick', {}, 'answered 503 instead of 200'],
  ['/redirect', {}, 'answered 302 instead of 200'],
  ['/nowhere', { expect: { status: [200, 204] } }, 'answered 404 instead of 200 or 204'],
  ['/healthy', expecting({ status: 'ok' }), 'status is "healthy" instead of "ok"'],
  [
    '/healthy',
    expecting({ 'checks.postgres.connected': true }),
    'checks.postgres.connected is missing instead of true',
  ],
  ['/healthy', expecting({ checks: true }), 'checks is an object instead of true'],
  ['/healthy', expecting({ 'constructor.name': 'Object' }), 'constructor.name is missing instead of "Object"'],
  ['/text', expecting({ status: 'ok' }), 'the answer is no JSON'],
  ['/empty', expecting({ status: 'ok' }), 'the answer has no body'],
  ['/huge', expecting({ status: 'healthy' }), 'the answer is longer than 1000000 bytes'],
  ['/breaks-off', {}, expect.any(String)],
])('%s with %j fails', async (path, change, why) => {
  expect(await look(path, change)).toEqual({ result: 'fail', why, took: expect.any(Number) });
});

test('a refused connection fails', async () => {
  const dead = Fastify();
  const gone = await dead.listen({ port: 0, host: '127.0.0.1' });
  await dead.close();
  const found = await lookHttp(probe({ url: gone }), systemClock, running);
  expect(found).toMatchObject({ result: 'fail', why: expect.stringContaining('ECONNREFUSED') });
});

test.each([
  // Too long for a name, so that no name server needs to be asked.
  ['a host that nobody knows', { url: `http://${'a'.repeat(64)}.invalid/health` }, /getaddrinfo/],
  ['a port that is never spoken to', { url: 'http://127.0.0.1:1/health' }, /bad port/],
])('%s is an error of the probe', async (_, change, why) => {
  expect(await look('/healthy', change)).toEqual({ result: 'error', why: expect.stringMatching(why) });
});

test('not being let in is an error of the probe, as is a password that is not set', async () => {
  const wrong = { auth: { bearer: new Secret('wrong', 'env TOKEN') } };
  expect(await look('/guarded', wrong)).toEqual({ result: 'error', why: 'answered 401 instead of 200' });
  const unset = { auth: { bearer: new Secret(null, 'env TOKEN') } };
  expect(await look('/guarded', unset)).toMatchObject({ result: 'error', why: 'The secret from env TOKEN is not set' });
});

test.each(['/hangs', '/trickles'])('%s fails when the time is up, and not before', async (path) => {
  const clock = movingClock();
  const arrived = once(app.server, 'request');
  const found = lookHttp(probe({ url: `${origin}${path}`, timeout: '5s' }), clock, running);
  await arrived;
  await clock.advance(4_999);
  expect(clock.sleepers).toBe(1);
  await clock.advance(1);
  expect(await found).toEqual({ result: 'fail', why: 'no answer within 5000 ms', took: 5_000 });
});

test('an answer that is right but slow fails', async () => {
  const clock = movingClock();
  const slow = Fastify();
  slow.get('/', async () => {
    await clock.advance(1_500);
    return {};
  });
  const url = await slow.listen({ port: 0, host: '127.0.0.1' });
  const found = await lookHttp(probe({ url, expect: { latency: '1s' } }), clock, running);
  await slow.close();
  expect(found).toEqual({ result: 'fail', why: 'the answer took 1500 ms instead of 1000 ms', took: 1_500 });
});

test('a shutdown cuts a look off, and blames nobody', async () => {
  const shutdown = new AbortController();
  const arrived = once(app.server, 'request');
  const found = lookHttp(probe({ url: `${origin}/hangs` }), systemClock, shutdown.signal);
  await arrived;
  shutdown.abort();
  expect(await found).toEqual({ result: 'error', why: 'cut off by our own shutdown' });
});

test('a look leaves no timer behind', async () => {
  const clock = movingClock();
  await lookHttp(probe({ url: `${origin}/healthy` }), clock, running);
  expect(clock.sleepers).toBe(0);
});
