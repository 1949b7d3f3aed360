import { afterEach, expect, test } from 'vitest';
import { takeOver as takes } from '../../../src/approve/acknowledge.ts';
import { advance } from '../../../src/domain/incident.ts';
import { lockIncidents } from '../../../src/store/incidents.ts';
import { leaveToRelay } from '../../../src/store/outbox.ts';
import { record } from '../../../src/store/record.ts';
import { type Engine, ROUTING_KEY, startEngine } from './engine.ts';

let engine: Engine | undefined;
afterEach(() => engine?.[Symbol.asyncDispose]());

const LEADS = 'fedcba9876543210fedcba9876543210';

/** The levels of the runbooks, minutes as tenths of a second. */
const levels = [
  { name: 'L1', after: '0s', who: 'on-call engineer' },
  { name: 'L2', after: '1500ms', who: 'DevOps lead', notify: ['slack:#leads', 'pagerduty:leads'] },
  { name: 'L3', after: '6s', who: 'engineering manager', notify: ['slack:#managers'] },
];

async function start(more: object = {}): Promise<Engine> {
  const policy = { name: 'oncall', levels, repeat: { every: '1s', times: 2 }, ...more };
  engine = await startEngine({
    rules: 'rules: []\n',
    config: { escalation: { ack_for: '3s', policies: [policy] } },
    pagerdutyServices: { leads: LEADS },
  });
  return engine;
}

const raise = async ({ daemon }: Engine, name = 'thing:strange') => {
  await daemon.event({ name, status: 'firing', severity: 'CRITICAL', labels: { thing: 'cup' } });
  return daemon.until('the incident', async () => (await daemon.incidents('state=escalated'))[0]);
};

/** Who was told, in order: the first line of each message of a room. */
const rooms = ({ slack }: Engine) => ({
  leads: slack.messages('C0LEADS').length,
  managers: slack.messages('C0MANAGERS').length,
});
const climbs = async ({ daemon }: Engine, id: string) =>
  (await daemon.incident(id)).timeline.filter(({ type }) => type === 'climbed' || type === 'ack-lapsed');

test('nobody answers: the lead is told, then the manager, then the manager again, and no more', async () => {
  const world = await start();
  const { id } = await raise(world);
  await world.pagerduty.until(() => world.pagerduty.incidents.some(({ routingKey }) => routingKey === LEADS), 15_000);
  expect(rooms(world)).toMatchObject({ managers: 0 });
  await world.slack.until(() => rooms(world).managers >= 1, 15_000);
  await world.daemon.until('all of it', async () => (await climbs(world, id)).length === 4, 15_000);
  expect((await climbs(world, id)).map(({ data, summary }) => [data.level, data.cause, summary.slice(0, 40)])).toEqual([
    ['L2', 'unanswered', 'L2 (DevOps lead) is told: nobody has tak'],
    ['L3', 'unanswered', 'L3 (engineering manager) is told: nobody'],
    ['L3', 'repeated', 'L3 (engineering manager) is told again: '],
    ['L3', 'repeated', 'L3 (engineering manager) is told again: '],
  ]);
  await world.daemon.event({ name: 'thing:strange', status: 'resolved', labels: { thing: 'cup' } });
  // Everybody who was woken hears that it is over, wherever that was.
  await world.pagerduty.until(
    () =>
      world.pagerduty.incidents.length === 2 && world.pagerduty.incidents.every(({ status }) => status === 'resolved'),
    15_000,
  );
  await world.slack.until(() => world.slack.messages('C0MANAGERS').at(-1)?.text.startsWith('Over: '), 15_000);
});

test('who takes it stops the climb; when that time is over and it is still open, it goes on', async () => {
  const world = await start();
  const { id } = await raise(world);
  await world.slack.until(() => rooms(world).leads >= 1, 15_000);
  await takeOver(world, id);
  await world.daemon.until(
    'it goes on',
    async () => (await climbs(world, id)).some(({ type }) => type === 'ack-lapsed'),
    15_000,
  );
  const lapsed = (await climbs(world, id)).find(({ type }) => type === 'ack-lapsed');
  expect(lapsed).toMatchObject({ reason: 'ack-lapsed', summary: expect.stringContaining('lead@example.com') });
  expect(await world.daemon.incident(id)).toMatchObject({ acked: null, state: 'escalated' });
  const taken = (await world.daemon.incident(id)).timeline.find(({ type }) => type === 'acknowledged');
  expect(Date.parse(lapsed?.at ?? '') - Date.parse(taken?.at ?? '')).toBeGreaterThanOrEqual(3_000);
});

test('what is grave enough goes to the lead at once, with the person on call', async () => {
  const world = await start({ start_at: [{ level: 'L2', match: ['alertname="database:down"'] }] });
  await raise(world, 'database:down');
  await world.pagerduty.until(() => world.pagerduty.incidents.length === 2, 15_000);
  expect(new Set(world.pagerduty.incidents.map(({ routingKey }) => routingKey))).toEqual(new Set([ROUTING_KEY, LEADS]));
});

async function takeOver({ daemon }: Engine, id: string): Promise<void> {
  await daemon.db.transaction(async (sql) => {
    const now = Date.now();
    const before = (await lockIncidents(sql, [id])).get(id);
    const step = before && advance(before.incident, { type: 'acknowledged', by: 'lead@example.com' }, now);
    if (before === undefined || step == null) throw new Error('there is nothing to take over');
    const entry = { type: 'acknowledged', reason: 'acknowledged', summary: 'taken', data: {} } as const;
    await record(sql, [{ before, after: step.incident, entries: [entry], owed: step.owed }], now);
  });
}

test('who takes it over when everybody has been told, and falls asleep, is not the last to hear of it', async () => {
  const world = await start({ levels: levels.slice(0, 1), repeat: { every: '1s', times: 0 } });
  const { daemon } = world;
  const { id } = await raise(world);
  // What tells somebody. A reminder in the thread, and the deadline, come in minutes.
  const owed = () =>
    daemon.db.query(`select kind from remedyd.outbox where incident_id = $1 and kind not in ('deadline', 'remark')`, [
      id,
    ]);
  await world.pagerduty.until(() => world.pagerduty.incidents.length === 1, 15_000);
  await expect.poll(owed, { timeout: 15_000 }).toEqual([]);
  await daemon.db.transaction(async (sql) =>
    leaveToRelay(sql, (await takes(sql, id, 'anna', 'Slack', Date.now())).handed),
  );
  await daemon.until('it is told again', async () => (await climbs(world, id)).length === 1, 15_000);
  expect((await climbs(world, id))[0]).toMatchObject({ type: 'ack-lapsed', data: { level: 'L1' } });
});
