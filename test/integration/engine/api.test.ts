import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Engine, FREE, MEND, rule, startEngine } from './engine.ts';

let engine: Engine;

beforeAll(async () => {
  engine = await startEngine({
    rules: `rules:\n${rule('plain', 'thing:broken', MEND, FREE)}\n${rule('other', 'thing:cracked', MEND, FREE)}`,
    config: { server: { port: 0, body_limit: 4_096 }, unmatched: { low: 'record' } },
  });
  const things = Array.from({ length: 7 }, (_, i) => `t${i}`);
  await engine.daemon.event(
    things.map((thing, i) => ({
      name: i < 5 ? 'thing:broken' : 'thing:cracked',
      status: 'firing' as const,
      severity: 'HIGH',
      labels: { thing },
    })),
  );
  await engine.daemon.until(
    'all to be verified',
    async () => (await engine.daemon.incidents('state=verifying')).length === 7,
  );
});
afterAll(() => engine[Symbol.asyncDispose]());

const get = (path: string, headers: Record<string, string> = { authorization: 'Bearer a-token-for-tests' }) =>
  fetch(`${engine.daemon.address}${path}`, { headers });

interface Page {
  readonly items: { readonly id: string; readonly rule: string; readonly target: { readonly id: string } }[];
  readonly next: string | null;
}

const page = async (query: string) => (await (await get(`/api/incidents?${query}`)).json()) as Page;

test('what the guardrails hold now: of the service, and of each rule', async () => {
  const answer = (await (await get('/api/guards')).json()) as { items: { rule: string }[] };
  expect(answer).toMatchObject({
    pauses: [],
    maintenance: [],
    service: { running: 7, atOnce: 100, lastHour: 7, perHour: 10_000 },
  });
  expect(answer.items.find(({ rule: name }) => name === 'other')).toEqual({
    rule: 'other',
    mode: 'auto',
    paused: false,
    window: null,
    storm: null,
    concurrency: { running: 2, max: 100 },
    budget: {
      runs: 1000,
      per: 3_600_000,
      targets: expect.arrayContaining([
        { target: 'thing:t5', used: 1 },
        { target: 'thing:t6', used: 1 },
      ]),
    },
    breakers: [{ remediation: 'things/mend', openSince: null, withoutHeld: 0, recurred: 0 }],
    held: {},
  });
});

describe('the list of incidents', () => {
  test('has the shape that is promised', async () => {
    const { items } = await page('target=thing:t0');
    expect(items).toEqual([
      {
        id: expect.stringMatching(/^inc-/),
        rule: 'plain',
        target: { kind: 'thing', id: 't0' },
        severity: 'high',
        state: 'verifying',
        reason: 'applied',
        openedAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
        updatedAt: expect.stringMatching(/Z$/),
        endedAt: null,
        deadlineAt: expect.stringMatching(/Z$/),
        askAt: null,
        pagedAt: null,
        acked: null,
        recurrenceOf: null,
        coveredBy: null,
        alerts: [
          {
            source: 'event',
            fingerprint: expect.any(String),
            name: 'thing:broken',
            status: 'firing',
            labels: { thing: 't0' },
          },
        ],
        runs: [
          {
            id: expect.stringMatching(/^run-/),
            remediation: 'things/mend',
            outcome: 'applied',
            startedAt: expect.stringMatching(/Z$/),
            endedAt: null,
            recurredAt: null,
          },
        ],
      },
    ]);
  });

  test.each([
    ['rule=plain', 5],
    ['rule=other', 2],
    ['state=verifying', 7],
    ['state=verifying,held', 7],
    ['state=open', 7],
    ['state=ended', 0],
    ['state=nonsense', 0],
    ['rule=%00', 0],
    ['target=%00&state=%00', 0],
    ['rule=plain&state=verifying&target=thing:t1', 1],
    ['target=thing:t6&rule=plain', 0],
    ['', 7],
  ])('%s', async (query, count) => {
    expect((await page(query)).items).toHaveLength(count);
  });

  test('comes in pages that leave nothing out and repeat nothing', async () => {
    const seen: string[] = [];
    let next: string | null = '';
    while (next !== null) {
      const one: Page = await page(`limit=3${next === '' ? '' : `&cursor=${next}`}`);
      expect(one.items.length).toBeLessThanOrEqual(3);
      seen.push(...one.items.map(({ id }) => id));
      next = one.next;
    }
    expect(seen).toHaveLength(7);
    expect(new Set(seen).size).toBe(7);
    expect(seen).toEqual((await page('')).items.map(({ id }) => id));
  });

  test.each([
    'limit=0',
    'limit=501',
    'limit=x',
    'limit=1.5',
    'cursor=x',
    'cursor=bnVsbA',
    'cursor=WzFlMzAwLCJ4Il0',
    'state=open&state=held',
    'target=a&target=b',
  ])('refuses %s with the catalogue’s words', async (query) => {
    const answer = await get(`/api/incidents?${query}`);
    expect(answer.status).toBe(400);
    expect(await answer.json()).toMatchObject({ error: { code: 'bad-request', message: expect.any(String) } });
  });
});

test('one incident comes with its history, whole, and its evidence', async () => {
  const [first] = (await page('target=thing:t2')).items;
  const detail = await engine.daemon.incident(first?.id ?? '');
  expect(detail.timelineIntact).toBe(true);
  expect(detail.timeline.map(({ type }) => type)).toEqual(['opened', 'admitted', 'run-ended']);
  expect(detail.timeline[1]).toEqual({
    at: expect.stringMatching(/Z$/),
    type: 'admitted',
    reason: 'admitted',
    summary: 'Runs things/mend on thing t2',
    data: expect.objectContaining({ remediation: 'things/mend', params: { thing: 't2' }, guards: expect.any(Array) }),
  });
  const steps = detail.evidence.map((item) => `${item.step}:${item.phase}`);
  expect(steps.slice(0, 6)).toEqual([
    'look:begun',
    'look:ended',
    'prepare:begun',
    'prepare:ended',
    'mend:begun',
    'mend:ended',
  ]);
});

test('P12: a history that somebody has changed in the database is shown as broken', async () => {
  const [first] = (await page('target=thing:t3')).items;
  const { db } = engine.daemon;
  await db.run('alter table remedyd.timeline disable trigger timeline_append_only');
  await db.run(`update remedyd.timeline set summary = 'all was well' where incident_id = $1 and seq = 2`, [first?.id]);
  await db.run('alter table remedyd.timeline enable trigger timeline_append_only');
  expect((await engine.daemon.incident(first?.id ?? '')).timelineIntact).toBe(false);
  const report = await (await get(`/api/incidents/${first?.id}/report.md`)).text();
  expect(report).toContain('The chain of hashes breaks at entry');
});

test.each(['/api/incidents/inc-nobody', '/api/incidents/%00', '/api/nothing', '/webhooks/nobody'])(
  '%s is not found',
  async (path) => {
    const answer = await get(path);
    expect(answer.status).toBe(404);
    expect(await answer.json()).toMatchObject({ error: { code: 'not-found' } });
  },
);

test.each(['/api/incidents', '/api/status', '/api/rules', '/api/remediations', '/api/incidents/inc-x'])(
  '%s asks who is there, and only looks',
  async (path) => {
    for (const headers of [{}, { authorization: 'Bearer wrong' }, { authorization: `Basic ${btoa('a:wrong')}` }]) {
      const answer = await get(path, headers as Record<string, string>);
      expect(answer.status).toBe(401);
      expect(answer.headers.get('www-authenticate')).toContain('Bearer');
      expect(await answer.json()).toMatchObject({ error: { code: 'unauthorized' } });
    }
    const changing = await engine.daemon.post(path, {});
    expect(changing.status).toBe(404);
  },
);

describe('webhooks', () => {
  const post = (body: string, headers: Record<string, string> = {}) =>
    engine.daemon.post('/webhooks/event', body, headers);

  test('200 means stored', async () => {
    const answer = await post(JSON.stringify({ name: 'thing:mild', status: 'firing', severity: 'LOW' }));
    expect([answer.status, await answer.json()]).toEqual([200, { accepted: 1, rejected: 0 }]);
  });

  test.each(['not json', '[]x', '"text"', '7', '', '{"alerts": []}', '{}'])(
    '202 for what nobody can read: %j',
    async (body) => {
      const answer = await post(body);
      expect([answer.status, await answer.json()]).toEqual([202, { accepted: 0, rejected: 1 }]);
    },
  );

  test('401 for who does not know the token, before anything is read', async () => {
    const answer = await post('{}', { authorization: 'Bearer guess' });
    expect(answer.status).toBe(401);
    expect(await answer.text()).not.toContain('a-token');
  });

  test('413 for more than is taken', async () => {
    const answer = await post(JSON.stringify({ name: 'x', annotations: { a: 'y'.repeat(5_000) } }));
    expect(answer.status).toBe(413);
    expect(await answer.json()).toMatchObject({ error: { code: 'payload-too-large' } });
  });

  test('a delivery that is given up half way is none', async () => {
    const before = (await page('')).items.length;
    const { port, hostname } = new URL(engine.daemon.address);
    const socket = connect(Number(port), hostname);
    await new Promise((resolve) => socket.once('connect', resolve));
    socket.write(
      'POST /webhooks/event HTTP/1.1\r\nhost: x\r\nauthorization: Bearer a-token-for-tests\r\ncontent-length: 400\r\n\r\n{"name": "thing:half"',
    );
    socket.destroy();
    await post(JSON.stringify({ name: 'thing:mild', status: 'firing', severity: 'LOW' }));
    expect((await page('')).items.length).toBe(before);
  });

  test('P1: what holds every kind of odd character is stored all the same', async () => {
    const odd = {
      name: 'thing:odd',
      status: 'firing',
      severity: 'constructor',
      labels: { a: 'x\u0000y', b: '\ud800', __proto__: 'z' },
    };
    expect((await post(JSON.stringify(odd))).status).toBe(200);
    expect(
      (await post(`{"name": "thing:odd2", "severity": "LOW", "labels": {"__proto__": "p", "k": "\\u0000"}}`)).status,
    ).toBe(200);
  });
});

test('figures of what happened are there to be scraped', async () => {
  const text = await (await fetch(`${engine.daemon.address}/metrics`)).text();
  expect(text).toMatch(/remedyd_webhooks_total\{source="event",outcome="accepted"\} \d+/);
  expect(text).toMatch(/remedyd_decisions_total\{rule="plain",verdict="admitted",reason="admitted"\} 5/);
  expect(text).toMatch(/remedyd_incidents_open\{state="verifying"\} 7/);
  expect(text).toContain('remedyd_rules_loaded_ok 1');
  expect(text).not.toContain('t0');
});

test('the report of an incident is markdown, for those who may read, and of what there is', async () => {
  const [first] = (await page('rule=plain')).items;
  const path = `/api/incidents/${first?.id}/report.md`;
  const answer = await get(path);
  expect([answer.status, answer.headers.get('content-type')]).toEqual([200, 'text/markdown; charset=utf-8']);
  const report = await answer.text();
  expect(report).toContain(`# Incident Report: ${first?.id}`);
  expect(report).toContain('- **Status:** Active');
  expect(report).toContain('### 1. `things/mend`');
  expect((await get(path, {})).status).toBe(401);
  const none = await get('/api/incidents/inc-none/report.md');
  expect([none.status, await none.json()]).toMatchObject([404, { error: { code: 'not-found' } }]);
});
