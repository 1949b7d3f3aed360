import { expect, test } from 'vitest';
import { systemClock } from '../../../src/domain/time.ts';
import type { ToolCall } from '../../../src/remediation/tools.ts';
import { recordedCalls } from '../../../src/tools/call.ts';
import { ToolRefusal } from '../../../src/tools/error.ts';
import { shorten } from '../../../src/tools/shorten.ts';

function recorder(secrets: readonly string[] = []) {
  const calls: ToolCall[] = [];
  const step = new AbortController();
  const scope = { signal: step.signal, record: (call: ToolCall) => calls.push(call) };
  return { calls, step, call: recordedCalls('tool', scope, systemClock, secrets) };
}

test('a call is written down with what went in and what came out', async () => {
  const { calls, call } = recorder();
  expect(await call({ call: 'add', args: { a: 1 }, timeout: 1_000, act: async () => ({ sum: 2 }) })).toEqual({
    sum: 2,
  });
  expect(calls).toEqual([
    {
      tool: 'tool',
      call: 'add',
      args: { a: 1 },
      result: { sum: 2 },
      error: null,
      at: expect.any(Number),
      took: expect.any(Number),
    },
  ]);
});

test('a failure is written down, too, and neither it nor its record holds the tool’s own secret', async () => {
  const { calls, call } = recorder(['opaque-7f3a']);
  const failing = call({
    call: 'ask',
    args: { note: 'with opaque-7f3a' },
    timeout: 1_000,
    act: () => Promise.reject(new Error('refused opaque-7f3a', { cause: new Error('by opaque-7f3a') })),
  });
  await expect(failing).rejects.toThrow('tool: ask: refused [redacted]: by [redacted]');
  expect(JSON.stringify(calls)).not.toContain('opaque-7f3a');
});

test('a refused call reaches nobody', async () => {
  const { calls, call } = recorder();
  let acted = false;
  const refuse = () => {
    throw new ToolRefusal('not that');
  };
  const act = async () => {
    acted = true;
  };
  await expect(call({ call: 'x', args: {}, timeout: 1_000, refuse, act })).rejects.toBeInstanceOf(ToolRefusal);
  expect(acted).toBe(false);
  expect(calls).toMatchObject([{ error: 'not that' }]);
});

test('a call that ignores its limit is left behind', async () => {
  const { calls, call } = recorder();
  const hanging = call({ call: 'hang', args: {}, timeout: 20, act: () => new Promise(() => undefined) });
  await expect(hanging).rejects.toThrow('tool: hang: no answer within 20 ms');
  expect(calls).toHaveLength(1);
});

test('long texts, long lists, deep nesting and large wholes are cut, and say how much is missing', () => {
  expect(shorten('x'.repeat(5_000))).toBe(`${'x'.repeat(2_000)} … (5000 characters)`);
  expect((shorten(Array.from({ length: 500 }, (_, i) => i)) as unknown[]).at(-1)).toBe('… (500 items)');
  expect(JSON.stringify(shorten({ a: { b: { c: { d: { e: { f: { g: 1 } } } } } } }))).toContain('nested deeper');
  const whole = shorten(Object.fromEntries(Array.from({ length: 100 }, (_, i) => [`k${i}`, 'y'.repeat(1_000)])));
  expect(typeof whole).toBe('string');
  expect(String(whole).length).toBeLessThan(33_000);
  expect(shorten({ a: [1, null, 'x'], b: true })).toEqual({ a: [1, null, 'x'], b: true });
});
