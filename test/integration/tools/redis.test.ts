import { Redis } from 'ioredis';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type RedisServer, startRedis } from '../../support/services/redis.ts';
import { type OpenToolbox, openToolbox } from '../../support/toolbox.ts';

let server: RedisServer;
let redis: Redis;
let box: OpenToolbox;

beforeAll(async () => {
  server = await startRedis();
  redis = new Redis(server.url);
});
afterAll(async () => {
  redis.disconnect();
  await server.stop();
});
beforeEach(async () => {
  await redis.flushall();
  box = openToolbox({ redis: { url: server.url, timeout: '500ms' } });
});
afterEach(() => box[Symbol.asyncDispose]());

describe('plain keys', () => {
  test('are read, written with and without expiry, and measured', async () => {
    const { redis: tool } = box.tools;
    expect(await tool.get('circuit:anaf:state')).toBeNull();
    await tool.set('circuit:anaf:state', 'OPEN');
    await tool.set('quota:wa:phone_01:2026-01-01', '0', 172_800);
    expect(await tool.get('circuit:anaf:state')).toBe('OPEN');
    expect(await tool.ttl('circuit:anaf:state')).toBe(-1);
    expect(await tool.ttl('quota:wa:phone_01:2026-01-01')).toBeGreaterThan(172_700);
    expect(await tool.ttl('nothing')).toBe(-2);
    expect(await tool.ping()).toBeGreaterThanOrEqual(0);
    expect((await tool.info('memory')).used_memory).toMatch(/^\d+$/);
  });

  test('are snapshotted before they are deleted', async () => {
    await redis.set('circuit:anaf:state', 'OPEN');
    await redis.rpush('list', 'a');
    expect(await box.tools.redis.del('circuit:anaf:state', 'list', 'nothing')).toBe(2);
    expect(box.calls[0]).toMatchObject({
      call: 'del',
      result: { deleted: 2, before: { 'circuit:anaf:state': 'OPEN', list: { type: 'list' }, nothing: null } },
    });
  });

  test('are found by pattern, up to a limit, also among many', async () => {
    const pipeline = redis.pipeline();
    for (let i = 0; i < 3_000; i += 1) pipeline.set(`cache:${i}`, i);
    await pipeline.set('quota:wa:phone_01:2026-01-01', 1).exec();
    expect(await box.tools.redis.scan('quota:wa:*:2026-01-01', 100)).toEqual(['quota:wa:phone_01:2026-01-01']);
    expect(await box.tools.redis.scan('cache:*', 10_000)).toHaveLength(3_000);
    expect(await box.tools.redis.scan('cache:*', 7)).toHaveLength(7);
  });

  test.each([
    ['a pattern', (tool: OpenToolbox['tools']['redis']) => tool.del('cache:*')],
    ['a queue', (tool: OpenToolbox['tools']['redis']) => tool.del('bull:q:wa:phone_01:wait')],
    ['a queue to write', (tool: OpenToolbox['tools']['redis']) => tool.set('bull:churn:meta', 'x')],
    ['no name', (tool: OpenToolbox['tools']['redis']) => tool.del('')],
    [
      'too many',
      (tool: OpenToolbox['tools']['redis']) => tool.del(...Array.from({ length: 1_001 }, (_, i) => `k${i}`)),
    ],
    ['a limitless scan', (tool: OpenToolbox['tools']['redis']) => tool.scan('*', 1_000_000)],
  ])('refuses %s', async (_, act) => {
    await redis.set('bull:q:wa:phone_01:wait', 'x');
    await expect(act(box.tools.redis)).rejects.toMatchObject({ name: 'ToolError' });
    expect(await redis.get('bull:q:wa:phone_01:wait')).toBe('x');
  });
});

describe('an outage', () => {
  test('is an error within the limit, and over when Redis is back', async () => {
    await using own = await startRedis();
    await using down = openToolbox({ redis: { url: own.url, timeout: '300ms' } });
    await down.tools.redis.set('a', '1');
    own.pause();
    await expect(down.tools.redis.get('a')).rejects.toThrow(/within 300 ms|timed out/i);
    own.resume();
    await expect.poll(() => down.tools.redis.get('a').catch(() => null)).toBe('1');
    await own.kill();
    await expect(down.tools.redis.get('a')).rejects.toThrow(/redis: get: /);
    await own.restart();
    await expect.poll(() => down.tools.redis.get('a').catch(() => null), { timeout: 5_000 }).toBe('1');
  });

  test('nobody there: says so, without the password', async () => {
    await using nowhere = openToolbox({ redis: { url: 'redis://ops:hunter2hunter2@127.0.0.1:9', timeout: '2s' } });
    const failure = await nowhere.tools.redis.ping().catch((error: Error) => error.message);
    expect(failure).toContain('cannot be reached');
    expect(JSON.stringify([failure, nowhere.calls])).not.toContain('hunter2');
  });

  test('a step that is cut off does not wait', async () => {
    await using own = await startRedis();
    await using hung = openToolbox({ redis: { url: own.url, timeout: '30s' } });
    await hung.tools.redis.ping();
    own.pause();
    const call = hung.tools.redis.get('a');
    const reason = new Error('the lease was lost');
    hung.abort(reason);
    await expect(call).rejects.toBe(reason);
    own.resume();
  });
});
