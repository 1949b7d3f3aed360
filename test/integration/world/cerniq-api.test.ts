import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { type Cerniq, startCerniq } from '../../support/cerniq/cerniq.ts';
import { PHONES, USERS } from '../../support/cerniq/names.ts';
import { startFake } from '../../support/fakes/fake.ts';
import { type PostgresServer, startPostgres } from '../../support/services/postgres.ts';
import { type RedisServer, startRedis } from '../../support/services/redis.ts';

let postgres: PostgresServer;
let redis: RedisServer;
let cerniq: Cerniq;
const undo: (() => Promise<void>)[] = [];

beforeAll(async () => {
  [postgres, redis] = await Promise.all([startPostgres(), startRedis()]);
  cerniq = await startCerniq({
    postgresUrl: await postgres.createDatabase(),
    redisUrl: await redis.takeDatabase(),
    services: [],
    reconnectTakes: 30,
    events: { every: 30, backlogAbove: 5 },
  });
});
afterAll(async () => {
  await cerniq?.stop();
  await Promise.all([postgres?.stop(), redis?.stop()]);
});
afterEach(async () => {
  for (const back of undo.splice(0).reverse()) await back();
});

async function call(
  method: string,
  path: string,
  body?: object,
): Promise<{ status: number; body: Record<string, unknown> }> {
  const answer = await fetch(cerniq.url + path, {
    method,
    headers: { authorization: `Bearer ${cerniq.adminToken}`, 'content-type': 'application/json' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  return { status: answer.status, body: (await answer.json()) as Record<string, unknown> };
}
const outreach = (path: string) => `/api/v1/outreach${path}`;
const code = (answer: { body: Record<string, unknown> }) => (answer.body.error as { code: string }).code;

describe('phones', () => {
  test('are twenty, all of them active, and only the admin sees them', async () => {
    const { body } = await call('GET', outreach('/phones'));
    const phones = body.phones as { id: string; status: string; quota: object }[];
    expect(phones.map(({ id, status }) => `${id} ${status}`)).toEqual(PHONES.map((id) => `${id} ACTIVE`));
    expect(phones[0]?.quota).toEqual({ used: 2, limit: 200 });
    expect((await fetch(cerniq.url + outreach('/phones'))).status).toBe(401);
    expect((await call('GET', outreach('/phones/phone_99'))).status).toBe(404);
  });

  test('come back by reconnect and resume', async () => {
    await cerniq.faults.phoneDrops('phone_07');
    expect(await cerniq.state.phone('phone_07')).toMatchObject({ status: 'OFFLINE', sendingPaused: true });
    expect(code(await call('POST', outreach('/phones/phone_07/resume')))).toBe('PHONE_NOT_ACTIVE');
    expect((await call('POST', outreach('/phones/phone_07/reconnect'))).status).toBe(202);
    await expect.poll(async () => (await cerniq.state.phone('phone_07')).status).toBe('ACTIVE');
    expect((await call('POST', outreach('/phones/phone_07/resume'))).status).toBe(200);
    expect(await cerniq.state.phone('phone_07')).toMatchObject({ status: 'ACTIVE', sendingPaused: false });
    expect(await cerniq.redis.get('phone:status:phone_07')).toBe('ACTIVE');
  });

  test.each([
    ['phoneNeedsQr', 'QR_REQUIRED', 'OFFLINE'],
    ['phoneBanned', 'PHONE_BANNED', 'BANNED'],
  ] as const)('do not come back by reconnect after %s', async (fault, refusal, status) => {
    const back = await cerniq.faults[fault]('phone_08');
    expect(code(await call('POST', outreach('/phones/phone_08/reconnect')))).toBe(refusal);
    expect(await cerniq.state.phone('phone_08')).toMatchObject({ status });
    await back();
    expect(await cerniq.state.phone('phone_08')).toMatchObject({ status: 'ACTIVE', sendingPaused: false });
  });

  test('cannot be reconnected while the vendor is down', async () => {
    undo.push(await cerniq.faults.phoneDrops('phone_09'), await cerniq.faults.timelinesAiDown());
    expect(code(await call('POST', outreach('/phones/phone_09/reconnect')))).toBe('TIMELINESAI_UNAVAILABLE');
  });

  test('lose the leads that are young to others', async () => {
    const before = await cerniq.state.leads('phone_10');
    expect(before).toEqual({ COLD: 1, CONTACTED_WA: 1, REPLIED: 1, NEGOTIATING: 1 });
    expect((await call('POST', outreach('/phones/phone_10/reassign-leads'))).body.reassigned).toBe(2);
    expect(await cerniq.state.leads('phone_10')).toEqual({ REPLIED: 1, NEGOTIATING: 1 });
  });

  test('are paused all at once and resumed one by one', async () => {
    const { body } = await call('POST', '/api/admin/phones/pause-all');
    expect(body.paused).toEqual(PHONES);
    expect((await cerniq.state.phone('phone_01')).status).toBe('PAUSED');
    for (const phone of PHONES) expect((await call('POST', outreach(`/phones/${phone}/resume`))).status).toBe(200);
    expect((await cerniq.state.phone('phone_20')).status).toBe('ACTIVE');
  });

  test('have a history', async () => {
    const { body } = await call('GET', outreach('/analytics/phones/phone_02/history?days=7'));
    expect(body.dailyStats).toHaveLength(3);
  });
});

test('overdue reviews are escalated, level by level', async () => {
  const { ids, back } = await cerniq.faults.reviewsOverdue(2, { priority: 'urgent' });
  undo.push(back);
  const [id = ''] = ids;
  const overdue = async () => await metric('cerniq_hitl_overdue_tasks{approval_type="dedup_review",priority="urgent"}');
  expect(await overdue()).toBe(2);
  expect(await metric('cerniq_hitl_sla_breach_total{approval_type="dedup_review",priority="urgent"}')).toBe(2);
  expect(code(await call('POST', `/api/v1/approvals/${id}/escalate`, { escalateTo: 'nobody' }))).toBe('UNKNOWN_USER');
  for (const level of [1, 2, 3]) {
    const { status } = await call('POST', `/api/v1/approvals/${id}/escalate`, {
      escalateTo: USERS.manager.id,
      reason: 'late',
    });
    expect([status, await cerniq.state.approval(id)]).toMatchObject([
      200,
      { escalation_level: level, assigned_to: USERS.manager.id },
    ]);
  }
  expect(code(await call('POST', `/api/v1/approvals/${id}/escalate`, { escalateTo: 'manager' }))).toBe('MAX_LEVEL');
  expect(await overdue()).toBe(1);
  expect(await metric('cerniq_hitl_sla_breach_total{approval_type="dedup_review",priority="urgent"}')).toBe(2);
});

async function metric(series: string): Promise<number | undefined> {
  const text = await (await fetch(`${cerniq.url}/metrics`)).text();
  const line = text.split('\n').find((one) => one.startsWith(`${series} `));
  return line === undefined ? undefined : Number(line.slice(series.length));
}

test('queues keep their colons', async () => {
  await cerniq.enqueue('bronze:ingest:csv', 3);
  expect(await cerniq.redis.llen('bull:bronze:ingest:csv:wait')).toBe(3);
  expect((await call('GET', '/api/admin/queues/bronze:ingest:csv')).body).toMatchObject({
    waiting: 3,
    isPaused: false,
  });
  expect((await call('GET', '/api/admin/queues/bronze%3Aingest%3Acsv/waiting')).body).toHaveLength(3);
  await call('POST', '/api/admin/queues/bronze:ingest:csv/drain');
  expect(await cerniq.counts('bronze:ingest:csv')).toMatchObject({ waiting: 0 });
  expect((await call('GET', '/api/admin/queues/no:such:queue')).status).toBe(404);
});

describe('health', () => {
  const ask = async (path: string) => {
    const answer = await fetch(cerniq.url + path);
    return [answer.status, await answer.json()];
  };

  test('is well when it is', async () => {
    expect(await ask('/health')).toEqual([200, { status: 'healthy' }]);
    expect(await ask('/health/redis')).toEqual([200, { connected: true }]);
    expect(await ask('/health/db')).toEqual([200, { connected: true }]);
    expect(await ask('/graph/health')).toEqual([200, { status: 'ok' }]);
    expect(await ask('/health/llm')).toEqual([200, { available: true }]);
  });

  test('tells what is not', async () => {
    undo.push(await cerniq.faults.llmDown(), await cerniq.faults.graphDown());
    expect(await ask('/health/llm')).toEqual([503, { available: false }]);
    expect(await ask('/graph/health')).toEqual([503, { status: 'failed' }]);
    redis.pause();
    expect(await ask('/health/redis')).toEqual([503, { connected: false }]);
    expect(await ask('/health')).toEqual([503, { status: 'unhealthy' }]);
    redis.resume();
    await expect.poll(() => ask('/health')).toEqual([200, { status: 'healthy' }]);
  });
});

describe('the API itself', () => {
  test('fails where it is told to and nowhere else', async () => {
    undo.push(await cerniq.faults.api500(outreach('/phones')));
    expect((await call('GET', outreach('/phones'))).status).toBe(500);
    expect((await call('GET', outreach('/reviews'))).status).toBe(200);
  });

  test('hangs', async () => {
    undo.push(await cerniq.faults.apiHangs());
    await expect(fetch(`${cerniq.url}/health`, { signal: AbortSignal.timeout(100) })).rejects.toThrow(/timeout/);
  });

  test('lies', async () => {
    undo.push(await cerniq.faults.phoneDrops('phone_11'), await cerniq.faults.apiLies(outreach('/phones')));
    expect((await call('POST', outreach('/phones/phone_11/reconnect'))).body).toEqual({ success: true });
    expect((await cerniq.state.phone('phone_11')).status).toBe('OFFLINE');
  });
});

test('a circuit that is stuck open, and a rate limit, are what the keys say', async () => {
  const soon = new Date(Date.now() + 60_000);
  const back = [await cerniq.faults.circuitStuckOpen('anaf'), await cerniq.faults.rateLimited('termene', soon)];
  expect(await cerniq.state.circuit('anaf')).toBe('OPEN');
  expect(await cerniq.redis.get('rate_limit:termene:remaining')).toBe('0');
  for (const undone of back) await undone();
  expect(await cerniq.redis.exists('circuit:anaf:state', 'circuit:anaf:failures', 'rate_limit:termene:remaining')).toBe(
    0,
  );
});

test('its events tell the truth, again and again, until it is better', async () => {
  await using remedyd = await startFake({
    name: 'remedyd',
    routes: (app) => void app.post('/webhooks/event', async (_request, reply) => reply.code(202).send({ accepted: 1 })),
  });
  await using world = await startCerniq({
    postgresUrl: await postgres.createDatabase(),
    redisUrl: await redis.takeDatabase(),
    services: [],
    reconnectTakes: 30,
    events: { url: `${remedyd.url}/webhooks/event`, token: 'secret', every: 30, repeatAfter: 150, backlogAbove: 5 },
  });
  const told = (name: string, status: string) =>
    remedyd.requests.filter(({ body, status: answered }) => {
      const events = body as { name: string; status: string }[];
      return answered === 202 && events.some((event) => event.name === name && event.status === status);
    }).length;

  remedyd.faults.failNext(2, 503);
  const back = await world.faults.phoneDrops('phone_07');
  await remedyd.until(() => told('phone:offline', 'firing') >= 2);
  await world.enqueue('bronze:ingest:csv', 6);
  await remedyd.until(() => told('queue:backlog', 'firing') >= 1);
  expect(remedyd.requests[0]?.headers.authorization).toBe('Bearer secret');
  expect(world.events.firing()).toMatchObject([
    { name: 'phone:offline', severity: 'HIGH', labels: { phone_id: 'phone_07' } },
    { name: 'queue:backlog', labels: { queue: 'bronze:ingest:csv', service: 'cerniq-workers-ingest' } },
  ]);
  expect(told('phone:offline', 'resolved')).toBe(0);
  await back();
  await world.queues.open('bronze:ingest:csv').drain();
  await remedyd.until(() => told('phone:offline', 'resolved') === 1 && told('queue:backlog', 'resolved') === 1);
  expect(world.events.firing()).toEqual([]);
});
