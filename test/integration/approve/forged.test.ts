import { createHmac } from 'node:crypto';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Engine, SIGNING_SECRET, startEngine, WEBHOOK_SECRET } from '../engine/engine.ts';
import { ASKS, asking, breaks, question } from './people.ts';

let world: Engine;
let approval: string;
let incident: string;

beforeAll(async () => {
  world = await startEngine({ rules: asking(ASKS) });
  await breaks(world);
  await question(world);
  const found = await world.daemon.untilState('thing:cup', ['approving']);
  incident = found.id;
  const [row] = await world.daemon.db.query<{ id: string }>('select id from remedyd.approvals');
  approval = row?.id ?? '';
}, 60_000);
afterAll(() => world[Symbol.asyncDispose]());

interface Sent {
  readonly body: string;
  readonly headers: Record<string, string>;
}

const hex = (secret: string, text: string) => createHmac('sha256', secret).update(text).digest('hex');
const seconds = () => Math.floor(Date.now() / 1_000);

function slackPress(at: number, who = 'U0ANNA', secret = SIGNING_SECRET): Sent {
  const payload = {
    type: 'block_actions',
    user: { id: who, username: who },
    channel: { id: 'C0INCIDENTS' },
    actions: [{ action_id: 'approve', value: approval, type: 'button' }],
  };
  const body = new URLSearchParams({ payload: JSON.stringify(payload) }).toString();
  return {
    body,
    headers: {
      'x-slack-request-timestamp': String(at),
      'x-slack-signature': `v0=${hex(secret, `v0:${at}:${body}`)}`,
    },
  };
}

/** Somebody takes an incident at PagerDuty. */
function pagerdutyAck(key: string): Sent {
  const body = JSON.stringify({
    event: {
      id: crypto.randomUUID(),
      event_type: 'incident.acknowledged',
      agent: { type: 'user_reference' },
      data: { incident_key: key },
    },
  });
  return { body, headers: { 'x-pagerduty-signature': `v1=${hex(WEBHOOK_SECRET, body)}` } };
}

function pagerdutyEvent(secret = WEBHOOK_SECRET): Sent {
  const body = JSON.stringify({
    event: {
      id: crypto.randomUUID(),
      event_type: 'incident.resolved',
      agent: { type: 'user_reference', summary: 'Eve' },
      data: { incident_key: incident },
    },
  });
  return { body, headers: { 'x-pagerduty-signature': `v1=${hex(secret, body)}` } };
}

/** What somebody does to a request who has seen one and has not the secret. */
const spoils = fc.oneof(
  fc.record({ kind: fc.constant('byte' as const), at: fc.nat(), to: fc.integer({ min: 33, max: 126 }) }),
  fc.record({ kind: fc.constant('cut' as const), at: fc.nat() }),
  fc.record({ kind: fc.constant('signature' as const), to: fc.string({ minLength: 0, maxLength: 90 }) }),
  fc.record({ kind: fc.constant('header' as const), at: fc.nat(), to: fc.constantFrom(...'0123456789abcdefXYZ ') }),
  fc.record({
    kind: fc.constant('time' as const),
    by: fc.oneof(fc.integer({ min: -10_000, max: 10_000 }), fc.string({ maxLength: 12 })),
  }),
  fc.record({
    kind: fc.constant('stale' as const),
    by: fc.integer({ min: 301, max: 10_000_000 }),
    ahead: fc.boolean(),
  }),
  fc.record({ kind: fc.constant('secret' as const), to: fc.string({ minLength: 1, maxLength: 40 }) }),
  fc.record({ kind: fc.constant('none' as const), which: fc.nat({ max: 1 }) }),
  fc.record({ kind: fc.constant('body' as const), to: fc.string({ maxLength: 300 }) }),
);

type Spoil = typeof spoils extends fc.Arbitrary<infer T> ? T : never;

function spoilt(
  good: Sent,
  spoil: Spoil,
  names: readonly [string, string | null],
  stale: (by: number) => Sent,
  other: (secret: string) => Sent,
): Sent {
  const [signature, time] = names;
  const { body, headers } = good;
  switch (spoil.kind) {
    case 'byte': {
      const at = spoil.at % body.length;
      return { headers, body: `${body.slice(0, at)}${String.fromCharCode(spoil.to)}${body.slice(at + 1)}` };
    }
    case 'cut':
      return { headers, body: body.slice(0, spoil.at % body.length) };
    case 'signature':
      return { body, headers: { ...headers, [signature]: spoil.to.replace(/[^\x20-\x7e]/g, '') } };
    case 'header': {
      const own = headers[signature] ?? '';
      const at = spoil.at % own.length;
      return { body, headers: { ...headers, [signature]: `${own.slice(0, at)}${spoil.to}${own.slice(at + 1)}` } };
    }
    case 'time':
      if (time === null) return { body: `${body} `, headers };
      return {
        body,
        headers: {
          ...headers,
          [time]: typeof spoil.by === 'number' ? String(seconds() + spoil.by) : spoil.by.replace(/[^\x20-\x7e]/g, ''),
        },
      };
    case 'stale':
      return stale(spoil.ahead ? spoil.by + 10 : -spoil.by);
    case 'secret':
      return other(spoil.to);
    case 'none': {
      const { [signature]: _, ...rest } = headers;
      return { body, headers: rest };
    }
    case 'body':
      return { headers, body: spoil.to };
  }
}

async function send(path: string, { body, headers }: Sent): Promise<{ status: number; took: number }> {
  const begun = performance.now();
  const answer = await fetch(`${world.daemon.address}${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/x-www-form-urlencoded', ...headers },
    body,
  });
  await answer.arrayBuffer();
  return { status: answer.status, took: performance.now() - begun };
}

const median = (all: readonly number[]) => all.toSorted((a, b) => a - b)[Math.floor(all.length / 2)] ?? 0;

describe.each([
  {
    who: 'Slack',
    path: '/slack/interactions',
    names: ['x-slack-signature', 'x-slack-request-timestamp'] as const,
    // A stranger's press: let in, stored, and refused by who presses, so that the question stays open.
    make: () => slackPress(seconds(), `U0EVE${Math.floor(Math.random() * 1e9)}`),
    stale: (by: number) => slackPress(seconds() + by),
    other: (secret: string) => slackPress(seconds(), 'U0ANNA', secret),
  },
  {
    who: 'PagerDuty',
    path: '/webhooks/pagerduty',
    names: ['x-pagerduty-signature', null] as const,
    make: () => pagerdutyAck('inc-0000000-nobodys0'),
    // It holds no time; a changed body under an old signature is as near as it comes.
    stale: (by: number) => ({ ...pagerdutyEvent(), body: `${pagerdutyEvent().body}${by}` }),
    other: (secret: string) => pagerdutyEvent(secret),
  },
])('what does not come from $who', ({ path, names, make, stale, other, who }) => {
  test('is never let in, breaks nothing, and takes no longer than what does', async () => {
    const bad: number[] = [];
    const good: number[] = [];
    const seen = new Set<number>();
    const victim = who === 'Slack' ? () => slackPress(seconds()) : () => pagerdutyEvent();
    await fc.assert(
      fc.asyncProperty(spoils, async (spoil) => {
        const right = victim();
        const wrong = spoilt(right, spoil, names, stale, other);
        // Now and then what was changed is what it was before.
        fc.pre(wrong.body !== right.body || JSON.stringify(wrong.headers) !== JSON.stringify(right.headers));
        const isSame =
          wrong.body === right.body &&
          Object.entries(right.headers).every(([name, value]) => wrong.headers[name]?.trim() === value);
        fc.pre(!isSame);
        const { status, took } = await send(path, wrong);
        seen.add(status);
        bad.push(took);
        if (bad.length % 10 === 0) good.push((await send(path, make())).took);
        expect(status).toBe(401);
      }),
      { numRuns: 550 },
    );
    const ratio = median(bad) / median(good);
    process.stdout.write(
      `${who}: ${bad.length} forged requests, median ${median(bad).toFixed(2)} ms against ${median(good).toFixed(2)} ms for good ones (ratio ${ratio.toFixed(2)})\n`,
    );
    // A good one is stored as well, so a forged one has time to spare.
    expect(ratio).toBeLessThan(1.5);
    expect(seen).toEqual(new Set([401]));
    const { state, runs, timeline } = await world.daemon.incident(incident);
    expect({ state, runs }).toEqual({ state: 'approving', runs: [] });
    expect(timeline.filter(({ type }) => ['approved', 'denied', 'closed', 'acknowledged'].includes(type))).toEqual([]);
    expect((await fetch(`${world.daemon.address}/readyz`)).status).toBe(200);
  }, 240_000);
});

test.each([
  ['slack', '/slack/interactions', () => slackPress(seconds(), 'U0EVE')],
  ['pagerduty', '/webhooks/pagerduty', () => pagerdutyAck('inc-0000000-nobodys1')],
] as const)('what somebody recorded of %s and sends again is taken once', async (source, path, record) => {
  const counted = async () => {
    const text = await (await fetch(`${world.daemon.address}/metrics`)).text();
    const of = (outcome: string) =>
      new RegExp(`^remedyd_webhooks_total\\{source="${source}",outcome="${outcome}"\\} (\\d+)`, 'm').exec(text)?.[1];
    return { accepted: Number(of('accepted') ?? 0), repeated: Number(of('repeated') ?? 0) };
  };
  const before = await counted();
  const recorded = record();
  for (let i = 0; i < 4; i += 1) expect((await send(path, recorded)).status).toBeLessThan(300);
  expect(await counted()).toEqual({ accepted: before.accepted + 1, repeated: before.repeated + 3 });
});

test('bodies that are signed and make no sense are refused politely', async () => {
  const at = seconds();
  const sign = (body: string) => ({
    body,
    headers: {
      'x-slack-request-timestamp': String(at),
      'x-slack-signature': `v0=${hex(SIGNING_SECRET, `v0:${at}:${body}`)}`,
    },
  });
  await fc.assert(
    fc.asyncProperty(
      fc.oneof(
        fc.string({ maxLength: 200 }),
        fc.json().map((json) => new URLSearchParams({ payload: json }).toString()),
      ),
      async (body) => {
        for (const path of ['/slack/interactions', '/slack/commands'])
          expect([200, 400]).toContain((await send(path, sign(body))).status);
        const event = { body, headers: { 'x-pagerduty-signature': `v1=${hex(WEBHOOK_SECRET, body)}` } };
        expect((await send('/webhooks/pagerduty', event)).status).toBe(202);
      },
    ),
    { numRuns: 100 },
  );
}, 120_000);
