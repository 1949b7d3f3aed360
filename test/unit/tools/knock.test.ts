import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { knock } from '../../../src/tools/knock.ts';

const server = createServer((request, response) => {
  response.statusCode = Number(request.url?.slice(1) ?? 200);
  response.end('x');
});
let port = 0;

beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  port = (server.address() as AddressInfo).port;
});
afterAll(() => new Promise<void>((resolve) => server.close(() => resolve())));

const on = (door: Parameters<typeof knock>[0]) => knock(door, AbortSignal.timeout(5_000));

test('somebody is there who takes a connection, or answers below 500', async () => {
  await on({ tcp: `127.0.0.1:${port}` });
  await on({ http: `http://127.0.0.1:${port}/200` });
  await on({ http: `http://127.0.0.1:${port}/401` });
});

test('who answers 500 or more is there, and not well', async () => {
  await expect(on({ http: `http://127.0.0.1:${port}/503` })).rejects.toThrow('it answered 503');
});

test('nobody is there who refuses', async () => {
  await expect(on({ tcp: '127.0.0.1:1' })).rejects.toThrow(/ECONNREFUSED/);
  await expect(on({ http: 'http://127.0.0.1:1/' })).rejects.toThrow(/ECONNREFUSED/);
});
