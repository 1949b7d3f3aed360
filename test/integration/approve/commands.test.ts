import { createHmac } from 'node:crypto';
import { afterEach, describe, expect, test } from 'vitest';
import { resume } from '../../../src/store/pauses.ts';
import { type Engine, type EngineOptions, startEngine, WEBHOOK_SECRET } from '../engine/engine.ts';
import { ASKS, asking, breaks, hasButton, now, person, question, said } from './people.ts';

let engine: Engine | undefined;
const start = async (options: EngineOptions = {}) => {
  engine = await startEngine({ rules: asking(ASKS), ...options });
  return engine;
};
afterEach(() => engine?.[Symbol.asyncDispose]());

const heard = (world: Engine, words: string) =>
  world.slack.until(() => said(world).find((text) => text.includes(words)));

/** Nobody's rule takes it and it is critical: people are called at once. */
const calls = async (world: Engine) => {
  await world.daemon.event({ name: 'thing:strange', status: 'firing', severity: 'CRITICAL', labels: { thing: 'cup' } });
  return world.daemon.until('the page', async () => (await world.daemon.incidents('state=escalated'))[0]);
};

test('P10: an approved run that was paused meanwhile is held, and runs when it is resumed', async () => {
  const world = await start();
  await breaks(world);
  const asked = await question(world);
  const anna = person(world, 'U0ANNA');
  await anna.command('/remedyd', 'pause r 2h the carrier works on it');
  await heard(world, 'Paused rule r until');
  await anna.press(asked, 'approve');
  const held = await world.daemon.untilState('thing:cup', ['held']);
  expect(held).toMatchObject({ reason: 'paused', runs: [] });
  await anna.command('/remedyd', 'resume r');
  await heard(world, 'Resumed rule r');
  await world.daemon.untilState('thing:cup', ['running', 'verifying', 'healed']);
});

test('P9: a plan that changed meanwhile is not approved by an old answer, and is asked anew', async () => {
  const world = await start();
  await breaks(world);
  const asked = await question(world);
  const { writeFile } = await import('node:fs/promises');
  const changed = asking(ASKS).replace('For a test.', 'Changed for a test.');
  await writeFile(`${world.rulesFolder}/rules.yaml`, changed);
  await world.daemon.reloadRules();
  await person(world, 'U0ANNA').press(asked, 'approve');
  await heard(world, 'your yes does not count: the rule was changed');
  const anew = await world.slack.until(() =>
    world.slack.messages().find((one) => one.ts !== asked.ts && hasButton(one, 'approve')),
  );
  const incident = await world.daemon.untilState('thing:cup', ['approving']);
  expect(incident.timeline.find(({ type }) => type === 'plan-changed')).toMatchObject({ reason: 'plan-changed' });
  expect(hasButton(now(world, asked), 'approve')).toBe(false);
  await person(world, 'U0BOB').press(anew, 'approve');
  await world.daemon.untilState('thing:cup', ['running', 'verifying', 'healed']);
});

describe('/remedyd', () => {
  test('says how things stand, to everybody who asks and to nobody else', async () => {
    const world = await start();
    const { id } = await calls(world);
    const eve = person(world, 'U0EVE');
    const answer = await eve.command('/remedyd', 'status');
    expect([answer.status, await answer.text()]).toEqual([200, '']);
    await heard(world, '1 open:');
    await eve.command('/remedyd', `why ${id}`);
    await heard(world, '(unmatched)');
    await eve.command('/remedyd', 'halp');
    await heard(world, "Did you mean 'help'?");
    expect(world.slack.responses).toEqual(
      expect.arrayContaining([expect.objectContaining({ response_type: 'ephemeral', replace_original: false })]),
    );
  });

  test('changes nothing for somebody who may not', async () => {
    const world = await start();
    const { id } = await calls(world);
    const eve = person(world, 'U0EVE');
    for (const text of ['pause', 'resume', `ack ${id}`, 'hold thing:cup 2h', 'emergency-stop STOP']) {
      const before = said(world).length;
      await eve.command('/remedyd', text);
      await world.slack.until(() => said(world).length > before);
      expect(said(world).at(-1)).toBe("Only 'oncall' may do this, and you are not one of them.");
    }
    expect(await world.daemon.db.query('select 1 from remedyd.pauses')).toEqual([]);
    expect((await world.daemon.incident(id)).timeline.map(({ type }) => type)).not.toContain('acknowledged');
  });

  test('hold stops one target for a while', async () => {
    const world = await start();
    await person(world, 'U0ANNA').command('/remedyd', 'hold thing:cup 2h we look at it');
    await heard(world, 'Paused target thing:cup until');
    const [pause] = await world.daemon.db.query('select scope, key, why, owner from remedyd.pauses');
    expect(pause).toEqual({ scope: 'target', key: 'thing:cup', why: 'we look at it', owner: 'u0anna (Slack U0ANNA)' });
  });

  test('emergency-stop wants its word, stops everything and pages; resume ends both', async () => {
    const world = await start();
    const anna = person(world, 'U0ANNA');
    await anna.command('/remedyd', 'emergency-stop');
    await heard(world, 'type: /remedyd emergency-stop STOP');
    expect(await world.daemon.db.query('select 1 from remedyd.pauses')).toEqual([]);
    await anna.command('/remedyd', 'emergency-stop STOP it breaks more than it mends');
    await heard(world, 'Everything is stopped');
    const page = await world.pagerduty.until(() =>
      world.pagerduty.incidents.find(({ status }) => status === 'triggered'),
    );
    expect(JSON.stringify(page)).toContain('emergency-stop');
    await breaks(world);
    expect((await world.daemon.untilState('thing:cup', ['held'])).reason).toBe('paused');
    await anna.command('/remedyd', 'resume');
    await heard(world, 'Resumed all remediation');
    await world.pagerduty.until(() => world.pagerduty.incidents.every(({ status }) => status === 'resolved'));
    await world.daemon.untilState('thing:cup', ['approving']);
  });

  test('an emergency stop that is resumed beside the service ends as well', async () => {
    const world = await start();
    await person(world, 'U0ANNA').command('/remedyd', 'emergency-stop STOP it breaks more than it mends');
    await world.pagerduty.until(() => world.pagerduty.incidents.some(({ status }) => status === 'triggered'));
    // What `remedyd resume` does.
    const everything = { scope: 'global', key: '' } as const;
    const { lifted } = await world.daemon.db.transaction((sql) => resume(sql, everything, 'anna@bastion', Date.now()));
    expect(lifted).toBe(1);
    await world.pagerduty.until(() => world.pagerduty.incidents.every(({ status }) => status === 'resolved'));
    expect(await world.daemon.incidents('state=escalated')).toEqual([]);
  });
});

describe('somebody takes an incident over', () => {
  test('with the button, which is gone then', async () => {
    const world = await start();
    const { id } = await calls(world);
    const page = await world.slack.until(() => world.slack.messages().find((one) => hasButton(one, 'take')));
    await person(world, 'U0EVE').press(page, 'take');
    await heard(world, "Only 'oncall' may do this");
    await person(world, 'U0ANNA').press(page, 'take');
    await heard(world, `${id} is yours`);
    await world.slack.until(() => !hasButton(now(world, page), 'take'));
    await world.pagerduty.until(() => world.pagerduty.incident(id)?.status === 'acknowledged');
    const taken = (await world.daemon.incident(id)).timeline.find(({ type }) => type === 'acknowledged');
    expect(taken).toMatchObject({ summary: 'u0anna took it over (Slack)', data: { by: 'u0anna', via: 'Slack' } });
  });

  const webhook = (world: Engine, event: object, secrets = [WEBHOOK_SECRET]) => {
    const body = JSON.stringify({ event });
    const signatures = secrets.map((secret) => `v1=${createHmac('sha256', secret).update(body).digest('hex')}`);
    return fetch(`${world.daemon.address}/webhooks/pagerduty`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-pagerduty-signature': signatures.join(',') },
      body,
    });
  };
  const event = (
    id: string,
    type: string,
    key: string,
    agent: object | null = { type: 'user_reference', summary: 'Ana' },
  ) => ({
    id,
    event_type: type,
    resource_type: 'incident',
    occurred_at: '2026-11-22T08:00:00Z',
    agent,
    client: null,
    data: { id: 'PGR0VU2', type: 'incident', incident_key: key },
  });

  test('at PagerDuty, once, whatever is sent again', async () => {
    const world = await start();
    const { id } = await calls(world);
    const integration = { type: 'inbound_integration_reference', summary: 'remedyd' };
    expect((await webhook(world, event('e0', 'incident.acknowledged', id, integration))).status).toBe(202);
    for (let i = 0; i < 3; i += 1) {
      const answer = await webhook(world, event('e1', 'incident.acknowledged', id), ['old', WEBHOOK_SECRET]);
      expect(answer.status).toBe(202);
    }
    const types = () => world.daemon.incident(id).then(({ timeline }) => timeline.map(({ type }) => type));
    await world.daemon.until('the entry', async () => (await types()).includes('acknowledged'));
    expect((await webhook(world, event('e2', 'incident.resolved', id))).status).toBe(202);
    const closed = await world.daemon.until('the end', async () =>
      (await world.daemon.incidents('state=ended')).find((one) => one.id === id),
    );
    expect(closed).toMatchObject({ state: 'closed', reason: 'closed-by-person' });
    expect((await types()).filter((type) => type === 'acknowledged')).toHaveLength(1);
    expect((await webhook(world, event('e3', 'incident.acknowledged', id), ['wrong'])).status).toBe(401);
    expect((await webhook(world, event('e4', 'pagey.ping', ''))).status).toBe(202);
  });
});

describe('user groups of Slack', () => {
  const people = { people: { oncall: { users: [], groups: ['S0ONCALL'] } } };

  test('are asked once for many, and let their members answer', async () => {
    const world = await start({ config: people, slack: { userGroups: { S0ONCALL: ['U0ANNA'] } } });
    await breaks(world);
    const asked = await question(world);
    await person(world, 'U0EVE').press(asked, 'approve');
    await heard(world, "Only 'oncall' may answer this");
    await person(world, 'U0ANNA').press(asked, 'approve');
    await world.daemon.untilState('thing:cup', ['running', 'verifying', 'healed']);
    expect(world.slack.requests.filter(({ path }) => path.endsWith('usergroups.users.list'))).toHaveLength(1);
  });

  test('that a plan does not have let nobody answer, and that is said', async () => {
    const world = await start({ config: people, slack: { freePlan: true } });
    await breaks(world);
    const asked = await question(world);
    await person(world, 'U0ANNA').press(asked, 'approve');
    await heard(world, 'this Slack plan has no user groups');
    const incident = await world.daemon.untilState('thing:cup', ['approving']);
    expect(incident.timeline.find(({ type }) => type === 'answer-refused')?.data).toMatchObject({ why: 'not-sure' });
  });
});
