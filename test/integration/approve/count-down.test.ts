import { expect, test } from 'vitest';
import { countRow } from '../../../src/approve/count.ts';
import { Secret } from '../../../src/config/secret.ts';
import type { Time } from '../../../src/domain/time.ts';
import { expireRow } from '../../../src/escalate/deadline.ts';
import { slackChannel } from '../../../src/notify/slack/channel.ts';
import { decideApproval, insertApprovals } from '../../../src/store/approvals.ts';
import { findRow, insertOutbox } from '../../../src/store/outbox.ts';
import { startSlack } from '../../support/fakes/slack/slack.ts';
import { openNight } from '../notify/night.ts';
import { NOW, openOne } from '../store/store.ts';
import { hasButton } from './people.ts';

const MINUTE = 60_000;
const ID = 'apr-cup';
const ROOM = 'C0INCIDENTS';

/** A question of sixteen minutes. `isKnown`: its incident had a thread before it was asked. */
async function openQuestion(isKnown = false) {
  const slack = await startSlack({ token: 'xoxb-test' });
  const channel = slackChannel({
    token: new Secret('xoxb-test', 'test'),
    api_url: slack.apiUrl,
    channels: { default: ROOM },
    mention: [],
    signing_secret: new Secret('s', 'test'),
    allow: {},
    response_hosts: ['127.0.0.1'],
    upload_hosts: ['127.0.0.1'],
  });
  const night = await openNight({ channels: [channel] });
  const { db, parts } = night;
  const { id } = await openOne(db, 'cup');
  if (isKnown) {
    const known = { kind: 'tell', incidentId: id, runId: null, data: { topic: 'update' }, dueAt: NOW } as const;
    await insertOutbox(db, [known], NOW);
    await night.passes(0);
  }
  const expiresAt = NOW + 16 * MINUTE;
  await insertApprovals(db, [
    {
      id: ID,
      incidentId: id,
      remediation: 'things/mend',
      planHash: 'hash',
      plan: { params: { thing: 'cup' }, target: { kind: 'thing', id: 'cup' }, guards: [] },
      askedOf: 'oncall',
      needs: 1,
      askedAt: NOW,
      expiresAt,
      decidedAt: null,
      decision: null,
    },
  ]);
  await night.happens(id, { type: 'asked', reason: 'high-risk', approvalId: ID, expiresAt });
  await night.passes(0);

  const dueBy = async (until: Time) => {
    const [found] = await db.query<{ id: number }>(
      `select id from remedyd.outbox where kind in ('count', 'expire') and due_at <= $1 order by due_at, id limit 1`,
      [new Date(until)],
    );
    return found === undefined ? undefined : findRow(db, found.id);
  };
  return {
    slack,
    night,
    id,
    calls: () => slack.requests.map(({ path }) => path.replace('/api/chat.', '')),
    question: () => slack.messages(ROOM).find((one) => hasButton(one, 'approve')),
    async passes(ms: number) {
      const end = night.now() + ms;
      for (let row = await dueBy(end); row !== undefined; row = await dueBy(end)) {
        await night.passes(row.dueAt - night.now());
        await (row.kind === 'count' ? countRow(parts, row) : expireRow(parts, row));
      }
      await night.passes(end - night.now());
    },
    async counts(): Promise<number[]> {
      const rows = await db.query<{ due: Time }>(`select due_at as due from remedyd.outbox where kind = 'count'`);
      return rows.map(({ due }) => (due - NOW) / MINUTE);
    },
    async [Symbol.asyncDispose]() {
      await Promise.all([slack.stop(), night[Symbol.asyncDispose]()]);
    },
  };
}

/** How long the question says that there is left. */
const left = (message: object | undefined) =>
  /may answer, until [^",]+, (in [^".]+)\./.exec(JSON.stringify(message))?.[1];

test.each([
  ['the head of its thread', false],
  ['a reply', true],
])('a question that is %s counts down where it stands, and says no more once its time is over', async (_, isKnown) => {
  await using world = await openQuestion(isKnown);
  const asked = world.question();
  const messages = world.slack.messages(ROOM).length;
  const before = world.calls().length;
  const seen = [left(asked)];
  for (const [pass, next] of [
    [8, [12]],
    [4, [14]],
    [2, [15]],
    [1, []],
  ] as const) {
    await world.passes(pass * MINUTE);
    const question = world.question();
    expect(question?.ts).toBe(asked?.ts);
    seen.push(left(question));
    expect(await world.counts()).toEqual(next);
  }
  expect(seen).toEqual(['in 16 min', 'in 8 min', 'in 4 min', 'in 2 min', 'in 1 min']);
  expect(world.calls().slice(before)).toEqual(['update', 'update', 'update', 'update']);
  expect(world.slack.messages(ROOM)).toHaveLength(messages);

  await world.passes(MINUTE);
  expect(await world.night.incident(world.id)).toMatchObject({ state: 'escalated', reason: 'approval-expired' });
  expect(world.question()).toBeUndefined();
  const over = world.calls().length;
  await world.passes(5 * MINUTE);
  expect(world.calls()).toHaveLength(over);
});

test('a question that was answered is left alone', async () => {
  await using world = await openQuestion();
  const { night } = world;
  await world.passes(9 * MINUTE);
  expect(left(world.question())).toBe('in 8 min');
  await decideApproval(night.db, ID, 'denied', night.now());
  await night.happens(world.id, { type: 'denied' });
  await world.passes(0);
  const told = world.calls().length;
  expect(world.question()).toBeUndefined();
  expect(await world.counts()).toEqual([12]);
  await world.passes(10 * MINUTE);
  expect(world.calls()).toHaveLength(told);
  expect(await world.counts()).toEqual([]);
});
