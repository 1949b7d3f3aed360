import { readFile } from 'node:fs/promises';
import { afterEach, expect, test } from 'vitest';
import { parse } from 'yaml';
import { advance } from '../../../src/domain/incident.ts';
import { type Clock, systemClock } from '../../../src/domain/time.ts';
import { lockIncidents } from '../../../src/store/incidents.ts';
import { record } from '../../../src/store/record.ts';
import { type Engine, startEngine } from './engine.ts';

let engine: Engine | undefined;
afterEach(() => engine?.[Symbol.asyncDispose]());

const MINUTE = 60_000;

/** The machine's clock, moved ahead by hand: whatever polls sees at its next look that an hour has passed. */
function movableClock(): Clock & { forward(minutes: number): void } {
  let ahead = 0;
  return {
    now: () => systemClock.now() + ahead,
    sleep: systemClock.sleep,
    forward(minutes) {
      ahead += minutes * MINUTE;
    },
  };
}

/** The policy that is shipped, on a daemon whose minutes pass when the test says so. */
async function start(rotations: readonly object[] = []) {
  const { escalation } = parse(await readFile('config/remedyd.yaml', 'utf8'));
  const clock = movableClock();
  engine = await startEngine({ rules: 'rules: []\n', clock, config: { escalation: { ...escalation, rotations } } });
  const { daemon } = engine;
  const raise = async (name: string, severity: string) => {
    await daemon.event({ name, status: 'firing', severity, labels: { thing: 'cup' } });
    const { id } = await daemon.until('the incident', async () => (await daemon.incidents('state=escalated'))[0]);
    return id;
  };
  /** Everything that the history tells of who was told and who took it, with the minute. */
  const told = async (id: string): Promise<readonly string[]> => {
    const { openedAt, timeline } = await daemon.incident(id);
    return timeline
      .filter(
        ({ type, data }) =>
          ['climbed', 'ack-lapsed', 'acknowledged'].includes(type) || (type === 'told' && data.topic === 'page'),
      )
      .map(({ at, type, data }) => {
        const minute = Math.floor((Date.parse(at) - Date.parse(openedAt)) / MINUTE);
        return `${minute} ${type === 'told' ? `told by ${data.channel}` : type} ${data.level ?? ''}`.trim();
      });
  };
  const until = (id: string, line: string) =>
    daemon
      .until(line, async () => (await told(id)).includes(line))
      .catch(async (error: Error) => {
        throw new Error(`${error.message}\n${(await told(id)).join('\n')}`);
      });
  return { ...engine, clock, raise, told, until };
}

test('nobody answers a high one: L1 at once, L2 after a quarter of an hour, L3 after an hour, L4 after four', async () => {
  const { clock, raise, until, told, slack } = await start();
  const id = await raise('thing:strange', 'HIGH');
  await until(id, '0 told by slack');
  await until(id, '0 told by pagerduty');
  clock.forward(14);
  clock.forward(1);
  await until(id, '15 climbed L2');
  await until(id, '15 told by slack');
  clock.forward(45);
  await until(id, '60 climbed L3');
  await until(id, '60 told by slack:#incidents-critical');
  expect(slack.messages('C0CRITICAL')).toHaveLength(1);
  clock.forward(180);
  await until(id, '240 climbed L4');
  await until(id, '240 told by slack:#executive-alerts');
  clock.forward(30);
  await until(id, '270 climbed L4');
  expect((await told(id)).filter((line) => line.includes('climbed'))).toEqual([
    '15 climbed L2',
    '60 climbed L3',
    '240 climbed L4',
    '270 climbed L4',
  ]);
}, 120_000);

test('the lead takes a critical one and falls asleep: when that time is over the climb goes on where it would be', async () => {
  const { clock, raise, until, told, daemon } = await start();
  const id = await raise('thing:strange', 'CRITICAL');
  await until(id, '0 told by pagerduty');
  clock.forward(15);
  await until(id, '15 climbed L2');
  clock.forward(5);
  await daemon.db.transaction(async (sql) => {
    const before = (await lockIncidents(sql, [id])).get(id);
    const step = before && advance(before.incident, { type: 'acknowledged', by: 'lead' }, clock.now());
    if (before === undefined || step == null) throw new Error('there is nothing to take over');
    const entry = { type: 'acknowledged', reason: 'acknowledged', summary: 'the lead took it over', data: {} } as const;
    await record(sql, [{ before, after: step.incident, entries: [entry], owed: step.owed }], clock.now());
  });
  clock.forward(29);
  await daemon.until('the climb waits for the lead', async () => {
    const [row] = await daemon.db.query<{ due: number }>(
      "select due_at as due from remedyd.outbox where kind = 'climb'",
    );
    return row !== undefined && row.due > clock.now();
  });
  expect((await told(id)).filter((line) => line.includes('climbed'))).toEqual(['15 climbed L2']);
  clock.forward(1);
  await until(id, '50 ack-lapsed L3');
  await until(id, '50 told by slack:#incidents-critical');
  clock.forward(10);
  await until(id, '60 climbed L4');
}, 120_000);

test('a breach goes to everybody at once', async () => {
  const { raise, until } = await start();
  const id = await raise('DataBreach', 'CRITICAL');
  for (const where of ['slack', 'pagerduty', 'slack:#incidents-critical', 'slack:#executive-alerts'])
    await until(id, `0 told by ${where}`);
}, 60_000);

test('who takes over on Monday is told what is open, once, and pages are for them from then on', async () => {
  const members = [
    { name: 'Anna', slack: 'U0ANNA' },
    { name: 'Bob', slack: 'U0BOB' },
  ];
  const rotation = { name: 'oncall', zone: 'Europe/Bucharest', since: '2026-01-05', members };
  const { clock, raise, daemon, slack } = await start([rotation]);
  await daemon.until(
    'the first look',
    async () => (await daemon.db.query('select 1 from remedyd.duties')).length === 1,
  );
  const id = await raise('thing:strange', 'HIGH');
  clock.forward(7 * 24 * 60);
  const notes = () => slack.messages().filter(({ text }) => text.includes('is on call now'));
  await slack.until(() => notes().length === 1, 45_000);
  expect(JSON.stringify(notes()[0])).toContain(id);
  expect(notes()[0]?.text).toMatch(
    /oncall: (Anna|Bob) is on call now, (Bob|Anna) stands by, until \d{4}-\d\d-\d\d 09:00/,
  );
}, 120_000);
