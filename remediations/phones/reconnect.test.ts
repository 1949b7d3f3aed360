import { describe, expect, test } from 'vitest';
import type { Tools } from '../../src/remediation/index.ts';
import { rehearsalClock } from '../../test/support/clock.ts';
import { crashEverywhere, probe, rehearse } from '../../test/support/rehearse.ts';
import { smallApi } from '../../test/support/small-world/api.ts';
import { smallQueues } from '../../test/support/small-world/queues.ts';
import reconnect from './reconnect.ts';

const params = { phone: 'phone_07' };

interface Trouble {
  readonly status?: string;
  readonly account?: 'connected' | 'disconnected' | 'qr_required' | 'banned' | 'down' | 'silent';
  readonly enabled?: boolean;
  readonly known?: boolean;
  /** Questions after a reconnect until it is ACTIVE; never, where it is Infinity. */
  readonly takes?: number;
  readonly becomes?: string;
  readonly refuses?: { readonly reconnect?: [number, string]; readonly resume?: [number, string] };
  readonly arrivals?: number;
}

/** One phone at Cerniq and at the vendor, and its queue. */
function world(trouble: Trouble = {}) {
  const {
    account = 'disconnected',
    enabled = true,
    known = true,
    takes = 2,
    becomes = 'ACTIVE',
    refuses = {},
  } = trouble;
  const clock = rehearsalClock();
  const phone = { status: trouble.status ?? 'OFFLINE', sendingPaused: true };
  let left = takes;
  const cerniq = smallApi(({ method, path }) => {
    if (!known) return [404, { error: { code: 'PHONE_NOT_FOUND' } }];
    const [, act] = /phone_07\/(\w+)$/.exec(path) ?? [];
    if (act === 'reconnect') {
      if (refuses.reconnect !== undefined) return [refuses.reconnect[0], { error: { code: refuses.reconnect[1] } }];
      if (phone.status !== 'ACTIVE') phone.status = 'RECONNECTING';
      return [202, { success: true }];
    }
    if (act === 'resume') {
      if (refuses.resume !== undefined) return [refuses.resume[0], { error: { code: refuses.resume[1] } }];
      phone.sendingPaused = false;
      return [200, { success: true }];
    }
    if (method === 'GET' && phone.status === 'RECONNECTING') {
      left -= 1;
      if (left < 0) phone.status = becomes;
    }
    return [200, { id: 'phone_07', ...phone }];
  });
  const timelinesai = smallApi(({ path }) => {
    expect(path).toBe('/v1/accounts/acc_07/status');
    if (account === 'silent') return new Error('no answer');
    if (account === 'down') return [503, { message: 'maintenance' }];
    if (account === 'banned') return [403, { message: 'Account is banned by WhatsApp' }];
    return [200, { data: { account_id: 'acc_07', status: account } }];
  });
  const queues = smallQueues(clock);
  queues.set('q:wa:phone_07', { waiting: ['1', '2'], arrivals: trouble.arrivals ?? 0 });
  const row = { id: 'phone_07', timelinesai_account_id: 'acc_07', is_enabled: enabled, status: phone.status };
  return {
    phone,
    acts: cerniq.acts,
    keys: cerniq.keys,
    clock,
    tools: {
      api: (name: string) => (name === 'cerniq' ? cerniq.tool : timelinesai.tool),
      bullmq: queues.tool,
      postgres: {
        query: async (_sql: string, values: readonly unknown[] = []) => (values[0] === 'phone_07' ? [row] : []),
        execute: () => Promise.reject(new Error('this remediation changes no rows')),
      },
    },
  };
}

const RECONNECT = 'POST /api/v1/outreach/phones/phone_07/reconnect';
const RESUME = 'POST /api/v1/outreach/phones/phone_07/resume';

describe('heals', () => {
  test('a phone that a reconnect brings back, and lets it send', async () => {
    const here = world();
    const { outcome } = await rehearse(reconnect, { params, ...here });
    expect(outcome).toEqual({ kind: 'applied' });
    expect(here.phone).toEqual({ status: 'ACTIVE', sendingPaused: false });
    expect(here.acts).toEqual([RECONNECT, RESUME]);
    expect(here.keys).toEqual(['run-rehearsal-reconnect', 'run-rehearsal-resume']);
    expect(await probe(reconnect, { params, ...here })).toMatchObject({ healthy: true });
  });

  test('a phone that came back by itself and was not told to send', async () => {
    const here = world({ status: 'ACTIVE', account: 'connected' });
    const { outcome } = await rehearse(reconnect, { params, ...here });
    expect(outcome).toEqual({ kind: 'applied' });
    expect(here.acts).toEqual([RESUME]);
    expect(here.phone.sendingPaused).toBe(false);
  });

  test('the same world, wherever the process dies, and one reconnect only', async () => {
    const { calm, points, different } = await crashEverywhere(async (crash) => {
      const here = world();
      const rehearsal = await rehearse(reconnect, { params, ...here, ...(crash === undefined ? {} : { crash }) });
      const reconnects = here.acts.filter((act) => act === RECONNECT).length;
      return { rehearsal, world: { ...here.phone, reconnects, outcome: rehearsal.outcome } };
    });
    expect(calm).toEqual({ status: 'ACTIVE', sendingPaused: false, reconnects: 1, outcome: { kind: 'applied' } });
    expect(points).toBeGreaterThan(20);
    expect(different).toEqual([]);
  });
});

describe('leaves to a person', () => {
  test.each<[string, Trouble, RegExp]>([
    ['a phone that Cerniq knows as banned', { status: 'BANNED' }, /banned.*TimelinesAI support/],
    ['a phone that the vendor knows as banned', { account: 'banned' }, /banned/],
    ['a phone that needs a QR scan', { account: 'qr_required' }, /scan the QR code with the physical phone/],
    ['a phone that nobody knows', { known: false }, /knows no phone 'phone_07'/],
  ])('%s, untouched', async (_, trouble, why) => {
    const here = world(trouble);
    const { outcome } = await rehearse(reconnect, { params, ...here });
    expect(outcome).toMatchObject({ kind: 'handed-over', step: 'diagnose', why: expect.stringMatching(why) });
    expect(here.acts).toEqual([]);
  });

  test.each<[string, [number, string], RegExp]>([
    ['it turns out to need a QR scan', [409, 'QR_REQUIRED'], /QR/],
    ['it turns out to be banned', [409, 'PHONE_BANNED'], /banned/],
  ])('a phone of which %s only when it is reconnected', async (_, refusal, why) => {
    const here = world({ refuses: { reconnect: refusal } });
    const { outcome } = await rehearse(reconnect, { params, ...here });
    expect(outcome).toMatchObject({ kind: 'handed-over', step: 'reconnect', why: expect.stringMatching(why) });
    expect(here.acts).toEqual([RECONNECT]);
  });

  test('a phone that is banned while it reconnects is not resumed', async () => {
    const here = world({ becomes: 'BANNED' });
    const { outcome } = await rehearse(reconnect, { params, ...here });
    expect(outcome).toMatchObject({ kind: 'handed-over', step: 'wait-online' });
    expect(here.acts).toEqual([RECONNECT]);
  });
});

describe('does nothing', () => {
  test.each<[string, Trouble, RegExp]>([
    ['that is disabled', { enabled: false }, /on purpose/],
    ['that somebody paused', { status: 'PAUSED' }, /paused, not lost/],
  ])('to a phone %s', async (_, trouble, why) => {
    const here = world(trouble);
    const { outcome } = await rehearse(reconnect, { params, ...here });
    expect(outcome).toMatchObject({ kind: 'noop', why: expect.stringMatching(why) });
    expect(here.acts).toEqual([]);
  });

  test('to a phone that is up and sends', async () => {
    const here = world({ status: 'ACTIVE', account: 'connected' });
    here.phone.sendingPaused = false;
    const { outcome } = await rehearse(reconnect, { params, ...here });
    expect(outcome).toMatchObject({ kind: 'noop' });
  });

  test.each<['down' | 'silent']>([['down'], ['silent']])(
    'while the vendor is %s, and asks again later',
    async (account) => {
      const here = world({ account });
      const { outcome } = await rehearse(reconnect, { params, ...here });
      expect(outcome).toMatchObject({ kind: 'wait', step: 'diagnose' });
      expect(here.acts).toEqual([]);
    },
  );

  test('in a rehearsal, beyond looking', async () => {
    const here = world();
    const { outcome, journal } = await rehearse(reconnect, { params, ...here, dry: true });
    expect(outcome).toEqual({ kind: 'applied' });
    expect(journal.entries.map(({ step, phase }) => `${step} ${phase}`)).toContain('reconnect told');
    expect(here.acts).toEqual([]);
  });
});

describe('fails', () => {
  test('when the phone does not come back in time', async () => {
    const here = world({ takes: Number.POSITIVE_INFINITY });
    const { outcome } = await rehearse(reconnect, { params, ...here });
    expect(outcome).toMatchObject({
      kind: 'failed',
      step: 'wait-online',
      why: expect.stringContaining('after its reconnect'),
    });
    expect(here.acts).toEqual([RECONNECT]);
  });

  test('when the API refuses without a reason that we know', async () => {
    const here = world({ refuses: { reconnect: [500, 'INTERNAL'] } });
    const { outcome } = await rehearse(reconnect, { params, ...here });
    expect(outcome).toMatchObject({ kind: 'failed', step: 'reconnect', why: expect.stringContaining('answered 500') });
  });

  test('when the phone cannot be resumed', async () => {
    const here = world({ refuses: { resume: [409, 'PHONE_NOT_ACTIVE'] } });
    const { outcome } = await rehearse(reconnect, { params, ...here });
    expect(outcome).toMatchObject({ kind: 'failed', step: 'resume' });
  });
});

describe('is verified by', () => {
  test.each<[string, Trouble & { sendingPaused?: boolean }, boolean]>([
    ['a phone that sends', { status: 'ACTIVE' }, true],
    ['a phone that is not up', { status: 'RECONNECTING', takes: 99 }, false],
    ['a queue that grows', { status: 'ACTIVE', arrivals: 3 }, false],
    ['a phone that is up and holds back', { status: 'ACTIVE', sendingPaused: true }, false],
  ])('%s', async (_, { sendingPaused = false, ...trouble }, healthy) => {
    const here = world(trouble);
    here.phone.sendingPaused = sendingPaused;
    expect(await probe(reconnect, { params, ...here })).toMatchObject({ healthy });
  });
});

test.each([
  ['a command', { phone: 'phone_07; reboot' }],
  ['a path', { phone: '../admin' }],
  ['a whole URL', { phone: 'http://evil.example/' }],
  ['nothing', { phone: '' }],
  ['a parameter that nobody asked for', { ...params, force: true }],
])('refuses %s', (_, wrong) => {
  expect(reconnect.params.safeParse(wrong).success).toBe(false);
});

describe('counts its fleet', () => {
  const asked: string[] = [];
  const count = (phones: unknown) =>
    reconnect.population?.({
      tools: {
        postgres: {
          query: async (sql: string) => {
            asked.push(sql);
            return [{ phones }];
          },
        },
      } as unknown as Tools,
      settings: {},
      clock: rehearsalClock(),
      signal: AbortSignal.abort(),
    });

  test('by the phones that are enabled', async () => {
    expect(await count(20)).toBe(20);
    expect(asked).toEqual([expect.stringMatching(/FROM wa_phone_numbers WHERE is_enabled IS NOT FALSE/)]);
  });
});
