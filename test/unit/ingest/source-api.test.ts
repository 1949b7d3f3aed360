import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { Secret } from '../../../src/config/secret.ts';
import { createSourceApi, type SourceApiOptions } from '../../../src/ingest/source-api.ts';

const firing = {
  labels: { alertname: 'phone:offline', phone_id: 'phone_07', severity: 'high' },
  annotations: { summary: 'offline' },
  fingerprint: 'aa11',
  startsAt: '2026-03-01T10:00:00.000Z',
  updatedAt: '2026-03-01T10:00:00.000Z',
  endsAt: '2026-03-01T10:04:00.000Z',
  generatorURL: '',
  receivers: [{ name: 'remedyd' }],
  status: { state: 'active', silencedBy: [], inhibitedBy: [] },
};
const silenced = {
  ...firing,
  fingerprint: 'bb22',
  status: { state: 'suppressed', silencedBy: ['s1'], inhibitedBy: [] },
};

/** A source that answers like this, and what it was asked. */
async function source(listener: RequestListener, more: Partial<SourceApiOptions> = {}, path = '') {
  const asked: { readonly url: URL; readonly headers: Readonly<Record<string, unknown>> }[] = [];
  const server = createServer((request, response) => {
    asked.push({ url: new URL(request.url ?? '', 'http://x'), headers: request.headers });
    listener(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const api = createSourceApi({ source: 'alertmanager', config: { url: `http://127.0.0.1:${port}${path}` }, ...more });
  onTestFinished(async () => {
    server.closeAllConnections();
    await api.close();
    await new Promise((resolve) => server.close(resolve));
  });
  return { api, asked, url: `http://127.0.0.1:${port}` };
}

const answer =
  (body: unknown, status = 200): RequestListener =>
  (_, response) =>
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));

test('lists what fires, whatever our clock says about its end', async () => {
  const { api, asked } = await source(answer([firing, silenced]));
  expect(await api.fetchFiring()).toMatchObject([
    {
      source: 'alertmanager',
      fingerprint: 'aa11',
      status: 'firing',
      name: 'phone:offline',
      severity: 'high',
      endsAt: null,
    },
  ]);
  expect((await api.list()).map(({ presence }) => presence)).toEqual(['firing', 'silenced']);
  expect(asked[0]?.url.pathname).toBe('/api/v2/alerts');
});

test('looks one alert up by its labels and its fingerprint', async () => {
  const { api, asked } = await source(answer([firing, silenced]), {}, '/alertmanager/');
  expect(await api.lookup('aa11', firing.labels)).toBe('firing');
  expect(await api.lookup('bb22', firing.labels)).toBe('silenced');
  expect(await api.lookup('cc33', { ...firing.labels, 'service.name': 'x', quoted: 'a"b\\c' })).toBe('gone');
  expect(asked[2]?.url.pathname).toBe('/alertmanager/api/v2/alerts');
  expect(asked[2]?.url.searchParams.getAll('filter')).toEqual([
    'alertname="phone:offline"',
    'phone_id="phone_07"',
    'severity="high"',
    String.raw`quoted="a\"b\\c"`,
  ]);
});

test('asks SigNoz with its key', async () => {
  const make = (url: string) => ({ source: 'signoz' as const, config: { url, token: new Secret('key-1', 'env K') } });
  const { api: plain, asked, url } = await source(answer({ status: 'success', data: [firing] }), { source: 'signoz' });
  expect(await plain.lookup('aa11', firing.labels)).toBe('firing');
  const api = createSourceApi(make(url));
  onTestFinished(() => api.close());
  expect(await api.lookup('zz', firing.labels)).toBe('gone');
  expect(asked[1]).toMatchObject({
    url: { pathname: '/api/v1/alerts', search: '' },
    headers: { 'signoz-api-key': 'key-1' },
  });
});

test.each([
  ['an error', answer({ message: 'no' }, 503)],
  ['a redirect', answer({}, 302)],
  ['something that is no list', answer({ status: 'success' })],
  ['a list of something else', answer(['a'])],
  ['an alert without labels', answer([firing, { fingerprint: 'x' }])],
  ['something that is no JSON', ((_, response) => response.end('<html>')) as RequestListener],
  [
    'half an answer',
    ((_, response) => {
      response.writeHead(200, { 'content-length': '100' }).write('[');
      response.destroy();
    }) as RequestListener,
  ],
])('never takes %s for an alert that is gone', async (_, listener) => {
  const { api } = await source(listener);
  await expect(api.lookup('aa11', firing.labels)).rejects.toThrow();
});

test('gives up on an answer that does not come, is too large, or that nobody waits for any more', async () => {
  const silent = await source(() => {}, { timeout: 50 });
  await expect(silent.api.list()).rejects.toThrow();
  const large = await source(answer(Array.from({ length: 1_000 }, () => firing)), { mostBytes: 10_000 });
  await expect(large.api.list()).rejects.toThrow();
  const stopped = await source(() => {});
  await expect(stopped.api.list(AbortSignal.abort(new Error('stopped')))).rejects.toThrow('stopped');
});
