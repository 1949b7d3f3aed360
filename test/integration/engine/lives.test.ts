import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Secret } from '../../../src/config/secret.ts';
import { newId } from '../../../src/domain/id.ts';
import { liftPauses, setPause } from '../../../src/store/pauses.ts';
import { type Engine, FREE, MEND, rule, startEngine } from './engine.ts';

let engine: Engine;

const TWICE =
  'do: [{ remediation: things/mend, with: { thing: { label: thing } } }, { remediation: things/sign-once, with: { thing: { label: thing } } }]';

beforeAll(async () => {
  engine = await startEngine({
    rules: `rules:
${rule('plain', 'thing:broken', MEND, FREE)}
${rule('fading', 'thing:fading', MEND, FREE)}
${rule('returning', 'thing:returning', MEND, FREE)}
${rule('twice', 'thing:stubborn', TWICE, FREE)}
${rule('observed', 'thing:watched', MEND, FREE).replace('mode: auto', 'mode: observe')}
${rule('proposed', 'thing:proposed', MEND, FREE).replace('mode: auto', 'mode: propose')}
${rule('rested', 'thing:tired', MEND, 'guards: { cooldown: 1h, budget: { runs: 1000, per: 1h }, concurrency: 100 }')}
`,
    config: { verify: { resolve_within: '5s' }, api: { token: new Secret('a-token-for-tests', 'test') } },
  });
});
afterAll(() => engine[Symbol.asyncDispose]());

const event = (name: string, thing: string, status: 'firing' | 'resolved' = 'firing') =>
  engine.daemon.event({ name, status, severity: 'HIGH', labels: { thing } });

describe('what the rule says', () => {
  test('observe: nothing is changed, and what would have been done is recorded', async () => {
    const { daemon, toy } = engine;
    await event('thing:watched', 'seen');
    const incident = await daemon.until('the rehearsal', async () => {
      const found = await daemon.untilState('thing:seen', ['observing']);
      return found.timeline.some(({ type }) => type === 'rehearsed') && found;
    });
    expect(toy.thing('seen')).toMatchObject({ prepared: 0, mended: 0, signed: 0 });
    const told = incident.timeline.find(({ type }) => type === 'rehearsed');
    expect(told?.summary).toContain('would have done: prepare, mend');
    expect(incident.runs).toMatchObject([{ remediation: 'things/mend', outcome: 'dry' }]);
    await event('thing:watched', 'seen', 'resolved');
    expect(await daemon.untilState('thing:seen', ['closed'])).toMatchObject({ reason: 'cleared-by-itself' });
  });

  test('propose: a person is asked, with the plan, and nothing is done', async () => {
    const { daemon, slack, toy } = engine;
    await event('thing:proposed', 'idea');
    const incident = await daemon.untilState('thing:idea', ['approving']);
    expect(incident.reason).toBe('propose-mode');
    await slack.until(() => slack.messages().some(({ text }) => text.includes('idea')));
    expect(toy.things.get('idea')?.mended ?? 0).toBe(0);
    await event('thing:proposed', 'idea', 'resolved');
    await daemon.untilState('thing:idea', ['closed']);
  });

  test('P8: where the first remediation has not helped the next one is tried, and then a person is paged', async () => {
    const { daemon, toy, pagerduty } = engine;
    toy.onMend = () => 200;
    await event('thing:stubborn', 'mule');
    const incident = await daemon.untilState('thing:mule', ['escalated'], 40_000);
    expect(incident.runs.map(({ remediation, outcome }) => [remediation, outcome])).toEqual([
      ['things/mend', 'ineffective'],
      ['things/sign-once', 'ineffective'],
    ]);
    expect(toy.thing('mule')).toMatchObject({ signed: 1, mended: 2 });
    await pagerduty.until(() => pagerduty.incident(incident.id)?.status === 'triggered');
  }, 60_000);
});

describe('P8: a success that does not last is none', () => {
  test('the alert comes back within the hold time', async () => {
    const { daemon, toy } = engine;
    toy.onMend = (_id, thing) => {
      thing.healthy = true;
      return 200;
    };
    await event('thing:fading', 'kettle');
    await daemon.untilState('thing:kettle', ['verifying']);
    await event('thing:fading', 'kettle', 'resolved');
    await daemon.until(
      'cleared',
      async () => (await daemon.untilState('thing:kettle', ['verifying'])).reason === 'cleared',
    );
    await daemon.event({
      name: 'thing:fading',
      status: 'firing',
      severity: 'HIGH',
      labels: { thing: 'kettle', again: '1' },
    });
    const handed = await daemon.untilState('thing:kettle', ['escalated']);
    expect(handed).toMatchObject({ reason: 'recurred', runs: [{ outcome: 'recurred' }] });
  });

  test('the probe turns sick within the hold time, though the alert stays gone', async () => {
    const { daemon, toy } = engine;
    toy.onMend = (_id, thing) => {
      thing.healthy = true;
      return 200;
    };
    await event('thing:fading', 'stove');
    await daemon.untilState('thing:stove', ['verifying']);
    await event('thing:fading', 'stove', 'resolved');
    await daemon.until(
      'cleared',
      async () => (await daemon.untilState('thing:stove', ['verifying', 'escalated'])).reason === 'cleared',
    );
    toy.thing('stove').healthy = false;
    expect(await daemon.untilState('thing:stove', ['escalated'])).toMatchObject({ reason: 'recurred' });
  });

  test('a new incident soon after a healed one is known as its recurrence', async () => {
    const { daemon, toy } = engine;
    toy.onMend = (_id, thing) => {
      thing.healthy = true;
      return 200;
    };
    await event('thing:returning', 'clock');
    await daemon.untilState('thing:clock', ['verifying']);
    await event('thing:returning', 'clock', 'resolved');
    const healed = await daemon.untilState('thing:clock', ['healed']);
    toy.thing('clock').healthy = false;
    await event('thing:returning', 'clock');
    const again = await daemon.untilState('thing:clock', ['running', 'verifying']);
    expect(again.recurrenceOf).toBe(healed.id);
    expect(again.timeline[0]?.summary).toContain(healed.id);
    // The run that had held is no success any more.
    const before = await daemon.incident(healed.id);
    expect(before.runs).toMatchObject([{ outcome: 'held', recurredAt: again.openedAt }]);
  });
});

describe('P10: stop means stop', () => {
  const pause = (scope: 'global' | 'rule' | 'target', key: string) => {
    const now = Date.now();
    const id = newId('pau', now);
    return setPause(engine.daemon.db, { id, scope, key, owner: 'ana', why: 'moving house', setAt: now, until: null });
  };

  test('before the run: it is held, and says who, why and until when', async () => {
    const { daemon, toy } = engine;
    await pause('target', 'thing:lamp');
    await event('thing:broken', 'lamp');
    const held = await daemon.untilState('thing:lamp', ['held']);
    expect(held.reason).toBe('paused');
    expect(JSON.stringify(held.timeline.at(-1)?.data)).toContain('moving house');
    expect(toy.things.get('lamp')?.mended ?? 0).toBe(0);
    await liftPauses(daemon.db, 'target', 'thing:lamp', 'ana', Date.now());
  });

  test('in the middle of a run: the next changing step does not begin, and what was done is put back', async () => {
    const { daemon, toy } = engine;
    toy.onChange = async (id, what) => {
      if (id === 'desk' && what === 'prepare') await pause('rule', 'plain');
    };
    await event('thing:broken', 'desk');
    const held = await daemon.untilState('thing:desk', ['held']);
    expect(held).toMatchObject({ reason: 'paused', runs: [{ outcome: 'stopped' }] });
    expect(toy.thing('desk')).toMatchObject({ prepared: 1, mended: 0, unprepared: 1 });
    toy.onChange = () => undefined;
    await liftPauses(daemon.db, 'rule', 'plain', 'ana', Date.now());
  });
});

test('P6: an alert that is gone before anything was changed stops the run', async () => {
  const { daemon, toy } = engine;
  await event('thing:broken', 'bell');
  await daemon.untilState('thing:bell', ['verifying', 'healed', 'closed']);
  const id = 'gong';
  const { promise: looking, resolve: looked } = Promise.withResolvers<void>();
  const { promise: gone, resolve: goOn } = Promise.withResolvers<void>();
  toy.onLook = async (which) => {
    if (which !== id) return;
    looked();
    await gone;
  };
  await event('thing:broken', id);
  await looking;
  await event('thing:broken', id, 'resolved');
  goOn();
  const closed = await daemon.untilState(`thing:${id}`, ['closed']);
  expect(closed.runs).toMatchObject([{ outcome: 'stopped' }]);
  expect(toy.thing(id)).toMatchObject({ prepared: 0, mended: 0 });
});

test('P5, P11: a cooldown holds the next incident, and says until when and on what numbers', async () => {
  const { daemon } = engine;
  await event('thing:tired', 'ox');
  await daemon.untilState('thing:ox', ['verifying']);
  await event('thing:tired', 'ox', 'resolved');
  await daemon.untilState('thing:ox', ['healed']);
  await event('thing:tired', 'ox');
  const held = await daemon.untilState('thing:ox', ['held']);
  expect(held.reason).toBe('cooldown');
  const data = held.timeline.find(({ type }) => type === 'held')?.data;
  expect(data).toMatchObject({ guard: 'cooldown' });
  const answers = data?.guards as { guard: string; ok: boolean; numbers: object }[];
  expect(answers.find(({ guard }) => guard === 'cooldown')?.numbers).toMatchObject({ cooldownMs: 3_600_000 });
  expect(answers.length).toBeGreaterThan(5);
});

test('P13: a label that is a command stays a word', async () => {
  const { daemon, toy } = engine;
  const things = [...toy.things.keys()];
  const evil = '../../admin?x=1; reboot $(id) <!channel>';
  await event('thing:broken', evil);
  const [incident] = await daemon.until('it to reach a person', async () => {
    const all = await daemon.incidents('rule=plain&state=escalated');
    return (
      all.some(({ reason }) => reason === 'params-invalid') && all.filter(({ reason }) => reason === 'params-invalid')
    );
  });
  expect(incident?.runs).toEqual([]);
  expect([...toy.things.keys()]).toEqual(things);
  await engine.slack.until(() => engine.slack.messages().length > 0);
  expect(JSON.stringify(engine.slack.messages())).not.toContain('<!channel>');
});

test('P15: no secret of the config is anywhere in what is stored or sent', async () => {
  const { daemon, slack, pagerduty } = engine;
  const rows = await daemon.db.query(
    `select (select json_agg(t) from remedyd.timeline t)::text as a, (select json_agg(j) from remedyd.journal j)::text as b,
       (select json_agg(r) from remedyd.runs r)::text as c, (select json_agg(o) from remedyd.outbox o)::text as d`,
  );
  const metrics = await (await fetch(`${daemon.address}/metrics`)).text();
  const sent = JSON.stringify([slack.messages(), pagerduty.events.map(({ routing_key: _, ...rest }) => rest)]);
  for (const text of [JSON.stringify(rows), metrics, sent]) {
    for (const secret of ['a-token-for-tests', 'xoxb-test', '0123456789abcdef0123456789abcdef']) {
      expect(text).not.toContain(secret);
    }
  }
});
