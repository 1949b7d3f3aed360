import type pg from 'pg';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import escalateOverdue from '../../../remediations/reviews/escalate-overdue.ts';
import { systemClock } from '../../../src/domain/time.ts';
import { type Cerniq, startCerniq } from '../../support/cerniq/cerniq.ts';
import { USERS } from '../../support/cerniq/names.ts';
import { type CrashPoint, crashEverywhere, probe, rehearse } from '../../support/rehearse.ts';
import { type PostgresServer, startPostgres } from '../../support/services/postgres.ts';
import { type RedisServer, startRedis } from '../../support/services/redis.ts';
import { type OpenToolbox, openToolbox, secretOf } from '../../support/toolbox.ts';

let postgres: PostgresServer;
let redis: RedisServer;
let cerniq: Cerniq;
let pool: pg.Pool;
let box: OpenToolbox;

const agents = [USERS.agent1.id, USERS.agent2.id, USERS.agent3.id];
const settings = { reviews: { managers: [USERS.manager.id], team_leads: [USERS.teamLead.id], agents } };

beforeAll(async () => {
  [postgres, redis] = await Promise.all([startPostgres(), startRedis()]);
  const postgresUrl = await postgres.createDatabase();
  cerniq = await startCerniq({ postgresUrl, redisUrl: await redis.takeDatabase(), services: [] });
  pool = cerniq.pool;
});
afterAll(async () => {
  await cerniq.stop();
  await Promise.all([postgres.stop(), redis.stop()]);
});
beforeEach(async () => {
  await pool.query('TRUNCATE approval_tasks, human_review_queue, hitl_approvals');
  const api = { base_url: cerniq.url, token: secretOf(cerniq.adminToken), timeout: '300ms' };
  box = openToolbox({ apis: { cerniq: api }, postgres: { url: cerniq.postgresUrl } });
});
const backs: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const back of backs.splice(0)) await back();
  await box[Symbol.asyncDispose]();
});

const run = (table: string, crash?: CrashPoint, tableSettings: object = settings) =>
  rehearse(escalateOverdue, {
    params: { table },
    tools: (scope) => box.toolbox.open(scope),
    settings: tableSettings as typeof settings,
    // The tasks are late by the database's own time.
    clock: systemClock,
    ...(crash === undefined ? {} : { crash }),
  });
const look = (table: string) =>
  probe(escalateOverdue, { params: { table }, tools: box.tools, settings, clock: systemClock });

const person = Object.fromEntries(Object.entries(USERS).map(([role, { id }]) => [id, role]));
async function tasks(table: string): Promise<readonly string[]> {
  const { rows } = await pool.query(
    `SELECT priority, escalation_level AS level, assigned_to AS who, status FROM ${table}`,
  );
  return rows
    .map(({ priority, level, who, status }) => `${priority} ${level} ${person[who] ?? who} ${status}`)
    .toSorted();
}

async function approval(priority: string, lateMinutes: number, level = 0, who: string | null = null): Promise<void> {
  await pool.query(
    `INSERT INTO approval_tasks (approval_type, priority, status, due_at, escalation_level, assigned_to)
     VALUES ('dedup_review', $1, $2, now() - make_interval(mins => $3), $4, $5)`,
    [priority, who === null ? 'pending' : 'assigned', lateMinutes, level, who],
  );
}

describe('the unified table', () => {
  test('each overdue task goes one level up, to the right person, through the API', async () => {
    await approval('urgent', 5);
    await approval('high', 5);
    await approval('low', 5);
    await approval('high', -5);
    const { outcome } = await run('approval_tasks');
    expect(outcome).toEqual({ kind: 'applied' });
    expect(await tasks('approval_tasks')).toEqual([
      'high 0 null pending',
      'high 1 teamLead assigned',
      'low 1 agent1 assigned',
      'urgent 1 manager assigned',
    ]);
    expect(cerniq.requests.filter((one) => one.includes('/escalate 200'))).toHaveLength(3);
    expect(await look('approval_tasks')).toMatchObject({ healthy: true });
    expect((await run('approval_tasks')).outcome).toMatchObject({ kind: 'noop' });
  });

  test('an urgent one that nobody answered for two hours goes to the manager again, another level up', async () => {
    await approval('urgent', 125, 1, USERS.manager.id);
    await approval('high', 119, 1, USERS.teamLead.id);
    await run('approval_tasks');
    expect(await tasks('approval_tasks')).toEqual(['high 1 teamLead assigned', 'urgent 2 manager assigned']);
  });

  test('none goes above the third level', async () => {
    await approval('urgent', 10_000, 3, USERS.manager.id);
    expect((await run('approval_tasks')).outcome).toMatchObject({ kind: 'noop' });
  });

  test('the same world, wherever the process dies', async () => {
    const { calm, points, different } = await crashEverywhere(async (crash) => {
      await pool.query('TRUNCATE approval_tasks');
      for (const priority of ['urgent', 'high', 'low', 'low']) await approval(priority, 300);
      const rehearsal = await run('approval_tasks', crash);
      return { rehearsal, world: { tasks: await tasks('approval_tasks'), outcome: rehearsal.outcome } };
    });
    expect(calm.tasks).toHaveLength(4);
    expect(calm.tasks.every((one) => one.includes(' 1 '))).toBe(true);
    expect(points).toBeGreaterThan(15);
    expect(different).toEqual([]);
  });

  test.each(['api500', 'apiLies', 'apiHangs'] as const)(
    'goes through the database where the API is at fault (%s)',
    async (fault) => {
      backs.push(await cerniq.faults[fault]('/api/v1/approvals'));
      await approval('urgent', 5);
      await approval('low', 5);
      const { outcome } = await run('approval_tasks');
      expect(outcome).toEqual({ kind: 'applied' });
      expect(await tasks('approval_tasks')).toEqual(['low 1 agent1 assigned', 'urgent 1 manager assigned']);
      expect(await look('approval_tasks')).toMatchObject({ healthy: true });
    },
  );

  test('fifty at most, the most urgent first, and the rest is not healed', async () => {
    await pool.query(
      `INSERT INTO approval_tasks (approval_type, priority, status, due_at)
       SELECT 'dedup_review', CASE WHEN n <= 5 THEN 'urgent' ELSE 'low' END, 'pending', now() - interval '5 minutes'
       FROM generate_series(1, 60) n`,
    );
    await run('approval_tasks');
    const after = await tasks('approval_tasks');
    expect(after.filter((one) => one.includes(' 1 '))).toHaveLength(50);
    expect(after.filter((one) => one.startsWith('urgent 1'))).toHaveLength(5);
    expect(await look('approval_tasks')).toMatchObject({ healthy: false, evidence: { due: 10 } });
    // Agents share the work evenly.
    const perAgent = agents.map((id) => after.filter((one) => one.includes(person[id] ?? '?')).length);
    expect(Math.max(...perAgent) - Math.min(...perAgent)).toBeLessThanOrEqual(1);
  });

  test('a task that is answered meanwhile stays as it was answered', async () => {
    await approval('high', 5);
    await run('approval_tasks', undefined, settings);
    await pool.query("UPDATE approval_tasks SET status = 'approved', escalation_level = 0");
    expect((await run('approval_tasks')).outcome).toMatchObject({ kind: 'noop' });
  });

  test('a person is asked where the settings name nobody', async () => {
    await approval('high', 5);
    const { outcome } = await run('approval_tasks', undefined, {});
    expect(outcome).toMatchObject({ kind: 'handed-over', why: expect.stringContaining('names nobody') });
    expect(await tasks('approval_tasks')).toEqual(['high 0 null pending']);
  });
});

test('the review queue of outreach', async () => {
  await pool.query(
    `INSERT INTO human_review_queue (priority, status, sla_due_at, created_at) VALUES
       ('URGENT', 'PENDING', now() - interval '5 minutes', now()), ('LOW', 'PENDING', NULL, now() - interval '25 hours'),
       ('LOW', 'PENDING', NULL, now() - interval '23 hours'), ('HIGH', 'RESOLVED', now() - interval '1 day', now())`,
  );
  const { outcome } = await run('human_review_queue');
  expect(outcome).toEqual({ kind: 'applied' });
  expect(await tasks('human_review_queue')).toEqual([
    'HIGH 0 null RESOLVED',
    'LOW 0 null PENDING',
    'LOW 1 agent1 ASSIGNED',
    'URGENT 1 manager ASSIGNED',
  ]);
  expect(await look('human_review_queue')).toMatchObject({ healthy: true });
});

test('the review queue of outreach, with its API down', async () => {
  backs.push(await cerniq.faults.api500('/api/v1/outreach/reviews'));
  await pool.query(
    "INSERT INTO human_review_queue (priority, status, sla_due_at) VALUES ('HIGH', 'PENDING', now() - interval '5 minutes')",
  );
  await run('human_review_queue');
  expect(await tasks('human_review_queue')).toEqual(['HIGH 1 teamLead ASSIGNED']);
});

test('approvals of the sales agents, which have no API', async () => {
  await pool.query(
    `INSERT INTO hitl_approvals (entity_type, entity_id, approval_type, priority, status, created_at)
     SELECT 'negotiation', 'n', 'stuck_recovery', priority, 'pending', now() - make_interval(hours => hours)
     FROM (VALUES ('critical', 2), ('high', 3), ('high', 5), ('medium', 7), ('low', 25)) t (priority, hours)`,
  );
  const { outcome } = await run('hitl_approvals');
  expect(outcome).toEqual({ kind: 'applied' });
  expect(await tasks('hitl_approvals')).toEqual([
    'critical 1 manager pending',
    'high 0 null pending',
    'high 1 teamLead pending',
    'low 1 agent1 pending',
    'medium 0 null pending',
  ]);
  const { rows } = await pool.query(
    'SELECT DISTINCT escalation_reason AS why FROM hitl_approvals WHERE escalated_at IS NOT NULL',
  );
  expect(rows).toEqual([{ why: 'SLA breach: overdue and unanswered' }]);
  expect(await look('hitl_approvals')).toMatchObject({ healthy: true });
});

test.each([
  ['another table', { table: 'users' }],
  ['SQL', { table: 'approval_tasks; DROP TABLE users' }],
  ['a parameter that nobody asked for', { table: 'approval_tasks', limit: 10_000 }],
])('refuses %s', (_, wrong) => {
  expect(escalateOverdue.params.safeParse(wrong).success).toBe(false);
});
