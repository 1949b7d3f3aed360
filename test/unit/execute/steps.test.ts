import { describe, expect, test } from 'vitest';
import type { Json } from '../../../src/domain/json.ts';
import type { Remediation } from '../../../src/remediation/index.ts';
import { fakeClock } from '../../support/clock.ts';
import { live, remediationOf, step } from './lives.ts';

type Repeat = 'safe' | 'ask' | 'never';

interface Told {
  readonly acts: string[];
  readonly done: Set<string>;
}

/** A world in which every act leaves a mark, and marks can be looked up. */
function world(): Told {
  return { acts: [], done: new Set() };
}

function act(
  told: Told,
  name: string,
  more: { repeat?: Repeat; fails?: boolean; undo?: boolean | 'fails'; effect?: 'reads' | 'changes' } = {},
) {
  const { repeat = 'safe', fails = false, undo = false, effect = 'changes' } = more;
  const run = async (): Promise<Json> => {
    told.acts.push(name);
    if (fails) throw new Error(`${name} went wrong`);
    told.done.add(name);
    return { by: name };
  };
  const landed = async () => (told.done.has(name) ? { by: name } : undefined);
  const putBack = async () => {
    told.acts.push(`undo ${name}`);
    if (undo === 'fails') throw new Error(`undo of ${name} went wrong`);
    told.done.delete(name);
  };
  const base = { name, effect, timeout: '30s' as const, run, ...(undo === false ? {} : { undo: putBack }) };
  if (repeat === 'ask') return step({ ...base, repeat, landed });
  return step({ ...base, repeat });
}

test('P7: intent before, result after, step by step', async () => {
  const told = world();
  const { end, lines, rows } = await live(remediationOf(act(told, 'a'), act(told, 'b')));
  expect(end).toEqual({ kind: 'applied' });
  expect(lines).toEqual(['a:begun', 'a:ended', 'b:begun', 'b:ended']);
  expect(rows[1]?.data).toEqual({ result: { by: 'a' }, calls: [] });
});

describe('P7: after a crash', () => {
  const crashed = (name: string) => [[name, 'begun']] as const;

  test('what had ended is not done again', async () => {
    const told = world();
    await live(remediationOf(act(told, 'a'), act(told, 'b')), {
      journal: [
        ['a', 'begun'],
        ['a', 'ended', { result: 1 }],
      ],
    });
    expect(told.acts).toEqual(['b']);
  });

  test('what is safe is done again', async () => {
    const told = world();
    const { end } = await live(remediationOf(act(told, 'a')), { journal: crashed('a') });
    expect([end.kind, told.acts]).toEqual(['applied', ['a']]);
  });

  test('what can be looked up is done only where it has not landed', async () => {
    const [landed, not] = [world(), world()];
    landed.done.add('a');
    const first = await live(remediationOf(act(landed, 'a', { repeat: 'ask' })), { journal: crashed('a') });
    const second = await live(remediationOf(act(not, 'a', { repeat: 'ask' })), { journal: crashed('a') });
    expect([first.end.kind, landed.acts]).toEqual(['applied', []]);
    expect([second.end.kind, not.acts]).toEqual(['applied', ['a']]);
    expect(first.rows.at(-1)?.data).toMatchObject({ landed: true, result: { by: 'a' } });
  });

  test('what can be neither goes to a person, and nothing after it is done', async () => {
    const told = world();
    const steps = remediationOf(act(told, 'a', { repeat: 'never' }), act(told, 'b'));
    const { end } = await live(steps, { journal: crashed('a') });
    expect([end, told.acts]).toEqual([{ kind: 'unknown', step: 'a' }, []]);
  });

  test('where even looking fails nobody can tell', async () => {
    const blind = step({
      name: 'a',
      effect: 'changes',
      repeat: 'ask',
      timeout: '1s',
      run: async () => null,
      landed: async () => {
        throw new Error('the world does not answer');
      },
    });
    expect((await live(remediationOf(blind), { journal: crashed('a') })).end).toEqual({ kind: 'unknown', step: 'a' });
  });
});

describe('P7: undo', () => {
  test('puts back last to first, the failed step included', async () => {
    const told = world();
    const steps = remediationOf(
      act(told, 'a', { undo: true }),
      act(told, 'b'),
      act(told, 'c', { undo: true }),
      act(told, 'd', { undo: true, fails: true }),
    );
    const { end } = await live(steps);
    expect(end).toEqual({ kind: 'failed', step: 'd', why: 'd went wrong', undone: ['d', 'c', 'a'] });
    expect(told.acts).toEqual(['a', 'b', 'c', 'd', 'undo d', 'undo c', 'undo a']);
  });

  test('a failing undo ends it: what stands before it is for a person', async () => {
    const told = world();
    const steps = remediationOf(
      act(told, 'a', { undo: true }),
      act(told, 'b', { undo: 'fails' }),
      act(told, 'c', { fails: true }),
    );
    const { end } = await live(steps);
    expect(end).toEqual({ kind: 'undo-failed', step: 'b', why: 'undo of b went wrong' });
    expect(told.acts).not.toContain('undo a');
  });

  const failing = (told: Told): Remediation =>
    remediationOf(act(told, 'a', { undo: true }), act(told, 'b', { undo: true }), act(told, 'c', { fails: true }));
  const calm = { kind: 'failed', step: 'c', why: 'c went wrong', undone: ['b', 'a'] };

  test.each([1, 2, 3, 4, 5, 6, 7, 8, 9, 10].flatMap((at) => [true, false].map((durable) => [at, durable] as const)))(
    'goes on where a crash at write %i (written: %s) cut it off, and says the same in the end',
    async (at, durable) => {
      const told = world();
      const first = await live(failing(told), { fencedFrom: durable ? at + 1 : at });
      const journal = first.rows.map((row) => [row.step, row.phase, row.data] as const);
      expect((await live(failing(told), { journal })).end).toEqual(calm);
      expect([...told.done]).toEqual([]);
    },
  );

  test('an undo that had failed before the crash is not tried again', async () => {
    const told = world();
    const steps = remediationOf(act(told, 'a', { undo: 'fails' }), act(told, 'b', { fails: true }));
    const first = await live(steps);
    const journal = first.rows.map((row) => [row.step, row.phase, row.data] as const);
    expect((await live(steps, { journal })).end).toEqual(first.end);
    expect(told.acts.filter((one) => one === 'undo a')).toHaveLength(1);
  });

  test('a stop that was cut off while putting back is a stop afterwards, too', async () => {
    const told = world();
    const steps = remediationOf(act(told, 'a', { undo: true }), act(told, 'b'));
    const mayChange = () => (told.acts.includes('a') ? ({ reason: 'paused', why: 'by ana' } as const) : undefined);
    // a:begun, a:ended, a:undo-begun, and then the process is gone.
    const first = await live(steps, { mayChange, fencedFrom: 4 });
    expect(first.end.kind).toBe('interrupted');
    const journal = first.rows.map((row) => [row.step, row.phase, row.data] as const);
    const { end } = await live(steps, { journal });
    expect(end).toEqual({ kind: 'stopped', step: 'b', reason: 'paused', why: 'by ana' });
  });
});

describe('P6: looks again before every change', () => {
  test('and before none that only reads', async () => {
    const told = world();
    const steps = remediationOf(act(told, 'look', { effect: 'reads' }), act(told, 'a'), act(told, 'b'));
    expect((await live(steps)).asked).toEqual([false, true]);
  });

  test('a no stops before the step, puts back what was done and says why', async () => {
    const told = world();
    const steps = remediationOf(act(told, 'a', { undo: true }), act(told, 'b'));
    const { end, lines } = await live(steps, {
      mayChange: (touched) => (touched ? { reason: 'paused', why: 'by ana' } : undefined),
    });
    expect(end).toEqual({ kind: 'stopped', step: 'b', reason: 'paused', why: 'by ana' });
    expect(told.acts).toEqual(['a', 'undo a']);
    expect(lines).not.toContain('b:begun');
  });

  test('a no whose undo fails is for a person', async () => {
    const told = world();
    const steps = remediationOf(act(told, 'a', { undo: 'fails' }), act(told, 'b'));
    const { end } = await live(steps, {
      mayChange: (touched) => (touched ? { reason: 'paused', why: '' } : undefined),
    });
    expect(end).toMatchObject({ kind: 'undo-failed', step: 'a' });
  });

  test('after a crash a step that has not landed has changed nothing yet', async () => {
    const told = world();
    const asked = await live(remediationOf(act(told, 'a', { repeat: 'ask' })), { journal: [['a', 'begun']] });
    expect(asked.asked).toEqual([false]);
    // What is merely safe to repeat may have acted.
    const safe = await live(remediationOf(act(told, 'a')), { journal: [['a', 'begun']] });
    expect(safe.asked).toEqual([true]);
  });

  test('so it is not done once its alert is gone', async () => {
    const told = world();
    const { end } = await live(remediationOf(act(told, 'a', { repeat: 'ask' })), {
      journal: [['a', 'begun']],
      mayChange: (touched) => (touched ? undefined : { reason: 'alert-gone', why: 'the alert was resolved' }),
    });
    expect([end.kind, told.acts]).toEqual(['stopped', []]);
  });
});

describe('P3: whoever has lost the run does nothing more', () => {
  test.each([1, 2, 3, 4])('fenced off at write %i', async (at) => {
    const told = world();
    const { end, lines } = await live(remediationOf(act(told, 'a'), act(told, 'b')), { fencedFrom: at });
    expect(end).toEqual({ kind: 'interrupted' });
    expect(lines).toHaveLength(at - 1);
    expect(told.acts).toEqual(['a', 'b'].slice(0, Math.floor(at / 2)));
  });

  test('a step under way is cut off and stays begun', async () => {
    const lost = new AbortController();
    const hangs = step({
      name: 'a',
      effect: 'changes',
      repeat: 'safe',
      timeout: '1h',
      run: () => {
        lost.abort(new Error('taken over'));
        return new Promise<never>(() => undefined);
      },
    });
    const { end, lines } = await live(remediationOf(hangs), { signal: lost.signal });
    expect([end.kind, lines]).toEqual(['interrupted', ['a:begun']]);
  });

  test('a step does not act where the run was lost while its intent was written', async () => {
    const lost = new AbortController();
    let acted = false;
    const acts = step({
      name: 'a',
      effect: 'changes',
      repeat: 'never',
      timeout: '1h',
      run: async () => {
        acted = true;
        return null;
      },
    });
    const onWrite = () => lost.abort(new Error('the hold cannot be proved'));
    const { end, lines } = await live(remediationOf(acts), { signal: lost.signal, onWrite });
    expect([end.kind, lines, acted]).toEqual(['interrupted', ['a:begun'], false]);
  });
});

describe('time limits', () => {
  test('bind a step that hears of nothing', async () => {
    const clock = fakeClock();
    const deaf = step({
      name: 'a',
      effect: 'changes',
      repeat: 'safe',
      timeout: '5s',
      run: () => new Promise<never>(() => undefined),
    });
    const life = live(remediationOf(deaf), { clock });
    while (clock.sleeping === 0) await new Promise((resolve) => setImmediate(resolve));
    await clock.advance(4_999);
    await clock.advance(1);
    expect((await life).end).toMatchObject({ kind: 'failed', why: 'took longer than 5 s' });
  });

  test('reach what the step waits for', async () => {
    const clock = fakeClock();
    let signalled: unknown;
    const waits = step({
      name: 'a',
      effect: 'reads',
      repeat: 'safe',
      timeout: '5s',
      async run({ signal, until }) {
        signal.addEventListener('abort', () => {
          signalled = signal.reason;
        });
        await until('1s', async () => false);
        return null;
      },
    });
    const life = live(remediationOf(waits), { clock });
    while (clock.sleeping < 2) await new Promise((resolve) => setImmediate(resolve));
    await clock.advance(5_000);
    expect((await life).end).toMatchObject({ kind: 'failed', why: 'took longer than 5 s' });
    expect(signalled).toBeInstanceOf(Error);
  });

  test('a step that throws before it has begun to wait leaves nothing behind', async () => {
    const clock = fakeClock();
    const hasty = step({
      name: 'a',
      effect: 'changes',
      repeat: 'safe',
      timeout: '5s',
      run: () => {
        throw new Error('at once');
      },
    });
    const { end } = await live(remediationOf(hasty), { clock });
    expect(end).toMatchObject({ kind: 'failed', why: 'at once' });
    expect(clock.sleeping).toBe(0);
  });
});

describe('what a step may answer with', () => {
  const says = (
    name: string,
    effect: 'reads' | 'changes',
    how: (ctx: Parameters<Parameters<typeof step>[0]['run']>[0]) => never,
  ) => step({ name, effect, repeat: 'safe', timeout: '5s', run: async (ctx) => how(ctx) });

  test('nothing to do', async () => {
    const told = world();
    const steps = remediationOf(
      says('look', 'reads', (ctx) => ctx.noop('it is well')),
      act(told, 'a'),
    );
    const { end, rows } = await live(steps);
    expect(end).toEqual({ kind: 'noop', step: 'look', why: 'it is well' });
    expect(told.acts).toEqual([]);
    const journal = rows.map((row) => [row.step, row.phase, row.data] as const);
    expect((await live(steps, { journal })).end).toEqual(end);
  });

  test('a person is needed', async () => {
    const told = world();
    const steps = remediationOf(
      act(told, 'a', { undo: true }),
      says('look', 'reads', (ctx) => ctx.handOver('call the carrier')),
    );
    expect((await live(steps)).end).toEqual({ kind: 'handed-over', step: 'look', why: 'call the carrier' });
    expect(told.acts).toEqual(['a']);
  });

  test('wait, before anything was changed', async () => {
    const steps = remediationOf(says('look', 'reads', (ctx) => ctx.waitUntil(7_000, 'it is updating')));
    expect((await live(steps)).end).toEqual({ kind: 'wait', step: 'look', why: 'it is updating', until: 7_000 });
  });

  test('wait, after something was changed, is a failure and is put back', async () => {
    const told = world();
    const steps = remediationOf(
      act(told, 'a', { undo: true }),
      says('look', 'reads', (ctx) => ctx.waitUntil(7_000, 'it is updating')),
    );
    expect((await live(steps)).end).toMatchObject({ kind: 'failed', step: 'look', undone: ['a'] });
    expect(told.acts).toEqual(['a', 'undo a']);
  });
});

test('steps hand on their results, also after a crash', async () => {
  const first = step({ name: 'a', effect: 'reads', repeat: 'safe', timeout: '1s', run: async () => ({ n: 7 }) });
  let seen: unknown;
  const second = step({
    name: 'b',
    effect: 'reads',
    repeat: 'safe',
    timeout: '1s',
    async run(ctx) {
      seen = ctx.result(first).n;
      return null;
    },
  });
  await live(remediationOf(first, second), {
    journal: [
      ['a', 'begun'],
      ['a', 'ended', { result: { n: 8 } }],
    ],
  });
  expect(seen).toBe(8);
});

test('a stopping service begins no further step', async () => {
  const told = world();
  const steps = remediationOf(act(told, 'a'), act(told, 'b'));
  const { end, rows } = await live(steps, { stopping: () => told.acts.length > 0 });
  expect([end.kind, told.acts]).toEqual(['interrupted', ['a']]);
  const journal = rows.map((row) => [row.step, row.phase, row.data] as const);
  expect((await live(steps, { journal })).end.kind).toBe('applied');
  expect(told.acts).toEqual(['a', 'b']);
});

test('a rehearsal looks until the first change and only tells the rest', async () => {
  const told = world();
  const steps = remediationOf(
    act(told, 'look', { effect: 'reads' }),
    act(told, 'a'),
    act(told, 'look again', { effect: 'reads' }),
  );
  const { end, lines, asked } = await live(steps, { dry: true });
  expect([end.kind, told.acts, asked]).toEqual(['applied', ['look'], []]);
  expect(lines).toEqual(['look:begun', 'look:ended', 'a:told', 'look again:told']);
});
