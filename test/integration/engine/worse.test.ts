import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { type Engine, FREE, rule, startEngine } from './engine.ts';

let engine: Engine;

const TWICE =
  'do: [{ remediation: things/mend, with: { thing: { label: thing } } }, { remediation: things/sign-once, with: { thing: { label: thing } } }]';

/** A rule that only tells people, on the very things that others mend. */
const told = (name: string, alertname: string) => rule(name, alertname, 'target: { kind: thing, label: thing }');

beforeAll(async () => {
  engine = await startEngine({
    rules: `rules:
${rule('twice', 'thing:broken', TWICE, FREE)}
${told('leaking', 'thing:leaking')}
`,
    config: { verify: { resolve_within: '2s' } },
  });
});
beforeEach(() => {
  engine.toy.onMend = () => 200;
  engine.toy.onChange = () => undefined;
});
afterAll(() => engine[Symbol.asyncDispose]());

const event = (name: string, thing: string, status: 'firing' | 'resolved' = 'firing') =>
  engine.daemon.event({ name, status, severity: 'HIGH', labels: { thing } });

const brokenOn = async (thing: string, states: readonly string[]) =>
  engine.daemon.until(`${thing} in ${states.join(' or ')}`, async () => {
    const all = await engine.daemon.incidents(`rule=twice&target=thing:${thing}`);
    const found = all.find(({ state }) => states.includes(state));
    return found === undefined ? undefined : engine.daemon.incident(found.id);
  });

test('a new alert on the target since the run: no further attempt, and a page that names it', async () => {
  const { toy, slack, pagerduty } = engine;
  toy.onChange = async (id, what) => {
    if (what === 'mend') await event('thing:leaking', id);
  };
  await event('thing:broken', 'bucket');
  const incident = await brokenOn('bucket', ['escalated']);
  expect(incident).toMatchObject({ reason: 'worse', runs: [{ remediation: 'things/mend', outcome: 'worse' }] });
  expect(toy.thing('bucket').signed).toBe(0);
  const verified = incident.timeline.find(({ type }) => type === 'verified');
  expect(verified?.summary).toBe('things/mend: 1 new alert since its first change: thing:leaking');
  expect(verified?.data).toMatchObject({
    newAlerts: 1,
    evidence: { newAlerts: [{ name: 'thing:leaking', labels: { thing: 'bucket' }, because: 'target' }] },
  });
  await pagerduty.until(() => pagerduty.incident(incident.id)?.status === 'triggered');
  await slack.until(() =>
    JSON.stringify(slack.messages()).includes('1 new alert since its first change: thing:leaking'),
  );
});

test('an alert that fired before the run says nothing about it', async () => {
  await event('thing:leaking', 'vat');
  await event('thing:broken', 'vat');
  const incident = await brokenOn('vat', ['escalated']);
  expect(incident.runs.map(({ outcome }) => outcome)).toEqual(['ineffective', 'ineffective']);
});

test('an alert that is over again before the end says nothing either, and a success waits for that', async () => {
  const { toy, daemon } = engine;
  toy.onMend = (_id, thing) => {
    thing.healthy = true;
    return 200;
  };
  toy.onChange = async (id, what) => {
    if (what === 'mend') await event('thing:leaking', id);
  };
  await event('thing:broken', 'pan');
  await brokenOn('pan', ['verifying']);
  await event('thing:broken', 'pan', 'resolved');
  // Well for longer than the hold time, but for the new alert.
  const run = await daemon.until('a look that waits for the alert to pass', async () => {
    const [row] = await daemon.db.query<{ verify: { newAlerts?: number } }>(
      `select verify from remedyd.runs where target_id = 'pan' and ended_at is null`,
    );
    return row?.verify.newAlerts === 1 && row;
  });
  expect(run.verify).toMatchObject({ healthy: true });
  await event('thing:leaking', 'pan', 'resolved');
  expect(await brokenOn('pan', ['healed'])).toMatchObject({ runs: [{ outcome: 'held' }] });
});

test('a success is none when the new alert stays', async () => {
  const { toy } = engine;
  toy.onMend = (_id, thing) => {
    thing.healthy = true;
    return 200;
  };
  toy.onChange = async (id, what) => {
    if (what === 'mend') await event('thing:leaking', id);
  };
  await event('thing:broken', 'jug');
  await brokenOn('jug', ['verifying']);
  await event('thing:broken', 'jug', 'resolved');
  expect(await brokenOn('jug', ['escalated'])).toMatchObject({ reason: 'worse', runs: [{ outcome: 'worse' }] });
});
