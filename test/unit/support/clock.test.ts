import { describe, expect, test } from 'vitest';
import { fakeClock, rehearsalClock, START } from '../../support/clock.ts';

describe('a fake clock', () => {
  test('stands still until it is moved, and wakes sleepers in the order of their time', async () => {
    const clock = fakeClock();
    const woken: string[] = [];
    const sleep = async (name: string, ms: number) => {
      await clock.sleep(ms);
      woken.push(`${name} at ${clock.now() - START}`);
    };
    void sleep('late', 500);
    void sleep('early', 100);
    void sleep('never', 10_000);
    expect(clock.now()).toBe(START);
    await clock.advance(99);
    expect(woken).toEqual([]);
    await clock.advance(901);
    expect(woken).toEqual(['early at 100', 'late at 500']);
    expect(clock.now()).toBe(START + 1_000);
    expect(clock.sleeping).toBe(1);
  });

  test('wakes who falls asleep while it moves', async () => {
    const clock = fakeClock();
    let ticks = 0;
    void (async () => {
      for (;;) {
        await clock.sleep(100);
        ticks += 1;
      }
    })();
    await clock.advance(1_000);
    expect(ticks).toBe(10);
  });

  test('lets a sleeper be woken by its signal', async () => {
    const clock = fakeClock();
    const cut = new AbortController();
    const slept = clock.sleep(100, cut.signal);
    const reason = new Error('enough');
    cut.abort(reason);
    await expect(slept).rejects.toBe(reason);
    await expect(clock.sleep(100, cut.signal)).rejects.toBe(reason);
    expect(clock.sleeping).toBe(0);
  });
});

describe('a rehearsal’s clock', () => {
  test('jumps to the end of a sleep inside another, and leaves the outer one alone', async () => {
    const clock = rehearsalClock();
    const limit = new AbortController();
    let late = false;
    const outer = clock.sleep(60_000, limit.signal).then(
      () => {
        late = true;
      },
      () => undefined,
    );
    for (let i = 0; i < 10; i += 1) await clock.sleep(5_000);
    expect(clock.now()).toBe(START + 50_000);
    expect(late).toBe(false);
    await clock.sleep(10_000);
    await outer;
    expect(late).toBe(true);
  });

  test('does not jump for a limit alone: the work beside it takes its own time', async () => {
    const clock = rehearsalClock();
    const limit = new AbortController();
    const slept = clock.sleep(1_000, limit.signal).catch(() => 'cut');
    await new Promise((resolve) => setImmediate(resolve));
    expect(clock.now()).toBe(START);
    limit.abort();
    expect(await slept).toBe('cut');
  });
});
