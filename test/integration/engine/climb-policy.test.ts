import { expect, test } from 'vitest';
import type { Time } from '../../../src/domain/time.ts';
import { climbRow } from '../../../src/escalate/climb.ts';
import { escalationSchema } from '../../../src/escalate/config.ts';
import type { PeopleParts } from '../../../src/escalate/people.ts';
import { rotationOf } from '../../../src/escalate/rotation-config.ts';
import type { Channel } from '../../../src/notify/channel.ts';
import { findRow, type OutboxRow } from '../../../src/store/outbox.ts';
import { openNight } from '../notify/night.ts';
import { NOW } from '../store/store.ts';

const MINUTE = 60_000;

/** Whoever is on call changes twenty minutes after the night has begun. */
const rotation = (name: string, ...members: readonly (readonly [string, string?])[]) => ({
  name,
  zone: 'UTC',
  hand_over: { day: 'monday', at: '10:20' },
  since: '2026-01-12',
  members: members.map(([who, slack]) => ({ name: who, ...(slack === undefined ? {} : { slack }) })),
});

const rotations = [
  rotation('oncall', ['Anna', 'U0ANNA'], ['Bob', 'U0BOB']),
  rotation('leads', ['Lena', 'U0LENA'], ['Mona', 'U0MONA']),
  rotation('bosses', ['Carl'], ['Dora']),
];

/** One page as the channel took it: when, for whom, and why. */
interface Page {
  readonly minute: number;
  readonly mention: readonly string[];
  readonly notes: readonly string[];
}

/** A night that climbs by this policy. `parts` are those of the service; a spread of them is a service with another config. */
async function openClimb(policy: object) {
  const pages: Page[] = [];
  const channel: Channel = {
    name: 'pager',
    pages: true,
    wants: ({ topic }) => topic === 'page',
    send: async ({ notes }, { mention = [] }) => {
      pages.push({ minute: (night.now() - NOW) / MINUTE, mention, notes });
      return { kind: 'sent', ref: null };
    },
  };
  const night = await openNight({ channels: [channel] });
  const escalation = escalationSchema.parse({ rotations, policies: [policy] });
  Object.assign(night.parts, { escalation, rotations: escalation.rotations.map(rotationOf) });
  const { db } = night;
  const climbBy = async (until: Time): Promise<OutboxRow | undefined> => {
    const [found] = await db.query<{ id: number }>(
      `select id from remedyd.outbox where kind = 'climb' and due_at <= $1 order by due_at, id limit 1`,
      [new Date(until)],
    );
    return found === undefined ? undefined : findRow(db, found.id);
  };
  return {
    night,
    pages,
    async passes(ms: number, parts: PeopleParts = night.parts) {
      const end = night.now() + ms;
      await night.passes(0);
      for (let row = await climbBy(end); row !== undefined; row = await climbBy(end)) {
        await night.passes(row.dueAt - night.now());
        await climbRow(parts, row);
      }
      await night.passes(end - night.now());
    },
    [Symbol.asyncDispose]: () => night[Symbol.asyncDispose](),
  };
}

test('a climb goes on by the policy of the moment at which it began, whatever the config says since', async () => {
  const levels = [
    { name: 'L1', after: '0s' },
    { name: 'L2', after: '15m', who: 'DevOps lead' },
    { name: 'L3', after: '30m', who: 'manager' },
  ];
  await using world = await openClimb({ name: 'oncall', levels, repeat: { every: '10m', times: 1 } });
  const { night } = world;
  const id = await night.pages('cup');
  await night.passes(0);

  const other = [
    { name: 'first', after: '0s' },
    { name: 'second', after: '1m', who: 'somebody else' },
  ];
  const escalation = escalationSchema.parse({
    policies: [{ name: 'oncall', levels: other, repeat: { every: '1m', times: 9 } }],
  });
  await world.passes(120 * MINUTE, { ...night.parts, escalation });
  expect(world.pages.map(({ minute, notes }) => [minute, notes[0] ?? null])).toEqual([
    [0, null],
    [15, 'L2 (DevOps lead) is told: nobody has taken it for 15 min.'],
    [30, 'L3 (manager) is told: nobody has taken it for 30 min.'],
    [40, 'L3 (manager) is told again: it is still open and nobody has it.'],
  ]);
  expect((await night.history(id)).filter((line) => line.includes('somebody else'))).toEqual([]);
});

test('a page and every level mention whoever is on call just then by the rotation that is named', async () => {
  const levels = [
    { name: 'L1', after: '0s', who: 'oncall' },
    { name: 'L2', after: '15m', who: 'leads' },
    { name: 'L3', after: '30m', who: 'leads' },
    { name: 'L4', after: '40m', who: 'bosses' },
    { name: 'L5', after: '50m', who: 'the manager' },
  ];
  await using world = await openClimb({ name: 'oncall', levels, repeat: { every: '10m', times: 0 } });
  await world.night.pages('cup');
  await world.passes(60 * MINUTE);
  expect(world.pages.map(({ minute, mention, notes }) => [minute, mention, notes[0]])).toEqual([
    [0, ['U0ANNA'], 'L1 (Anna is on call, Bob stands by) is told at once.'],
    [15, ['U0LENA'], 'L2 (Lena is on call, Mona stands by) is told: nobody has taken it for 15 min.'],
    // The next week has begun meanwhile.
    [30, ['U0MONA'], 'L3 (Mona is on call, Lena stands by) is told: nobody has taken it for 30 min.'],
    [40, [], 'L4 (Dora is on call, Carl stands by) is told: nobody has taken it for 40 min.'],
    [50, [], 'L5 (the manager) is told: nobody has taken it for 50 min.'],
  ]);
});
