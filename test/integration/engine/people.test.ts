import { afterEach, describe, expect, test } from 'vitest';
import { type Engine, type EngineOptions, startEngine } from './engine.ts';

let engine: Engine | undefined;
const start = async (options: EngineOptions = {}) => {
  engine = await startEngine({ rules: 'rules: []\n', ...options });
  return engine;
};
afterEach(() => engine?.[Symbol.asyncDispose]());

/** What no rule takes and is critical reaches people at once. */
const raise = async ({ daemon }: Engine, thing = 'cup') => {
  await daemon.event({ name: 'thing:strange', status: 'firing', severity: 'CRITICAL', labels: { thing } });
  return daemon.until('the incident', async () =>
    (await daemon.incidents('state=escalated')).find(({ alerts }) => alerts[0]),
  );
};

const resolve = ({ daemon }: Engine, thing = 'cup') =>
  daemon.event({ name: 'thing:strange', status: 'resolved', labels: { thing } });

const soon = { notify: { fallback: { after: '200ms' } } };

describe('P8: a page reaches somebody', () => {
  test('PagerDuty is away: Slack is told that it is', async () => {
    const world = await start({ config: soon });
    world.pagerduty.faults.unavailable();
    const { id } = await raise(world);
    await world.slack.until(
      () => JSON.stringify(world.slack.messages()).includes('pagerduty could not be reached'),
      15_000,
    );
    await world.pagerduty.faults.clear();
    await world.pagerduty.until(() => world.pagerduty.incident(id)?.status === 'triggered', 20_000);
  });

  test('Slack is away: PagerDuty is told that it is', async () => {
    const world = await start({ config: soon });
    world.slack.faults.unavailable();
    const { id } = await raise(world);
    await world.pagerduty.until(
      () => world.pagerduty.events.some((event) => JSON.stringify(event).includes('slack could not be reached')),
      15_000,
    );
    expect(world.pagerduty.incident(id)?.status).toBe('triggered');
    await world.slack.faults.clear();
    await world.slack.until(() => world.slack.messages().length > 0, 20_000);
  });

  test('one that is refused for good goes to the other channel, and the history says so', async () => {
    const world = await start();
    world.pagerduty.faults.failNext(1, 400, { status: 'invalid event', message: 'nobody is on call', errors: [] });
    const { id } = await raise(world);
    await world.slack.until(() => JSON.stringify(world.slack.messages()).includes('pagerduty refused this page'));
    const { timeline } = await world.daemon.incident(id);
    expect(timeline.find(({ type }) => type === 'untold')?.data).toMatchObject({ channel: 'pagerduty', topic: 'page' });
  });

  test('a page survives ten failures', async () => {
    // Each of them is tried again here; after how many a channel is left alone is tested where that is decided.
    const world = await start({ config: { notify: { breaker: { failures: 100 } } } });
    world.pagerduty.faults.failNext(10, 503);
    const { id } = await raise(world);
    await world.daemon.until(
      'the page',
      async () => {
        // Nobody waits here for the pauses between the attempts; they are tested where they are made.
        await world.daemon.db.run(
          `update remedyd.outbox set due_at = created_at where kind = 'send' and queued_until is null`,
        );
        return world.pagerduty.incident(id)?.status === 'triggered';
      },
      30_000,
    );
    expect(world.pagerduty.requests.filter(({ status }) => status === 503)).toHaveLength(10);
    expect(world.pagerduty.events).toHaveLength(1);
  });

  test('with no channel at all that is said once, and is no work that was lost', async () => {
    const world = await start({ alone: true });
    const { id } = await raise(world);
    const told = await world.daemon.until('the line in the history', async () =>
      (await world.daemon.incident(id)).timeline.find(({ type }) => type === 'untold'),
    );
    expect(told.summary).toContain('no channel takes pages');
    const ready = (await (await fetch(`${world.daemon.address}/readyz`)).json()) as { failing: string[] };
    expect(ready.failing).toContain('people');
  });
});

test('a thread keeps its order, whatever fails in between', async () => {
  const world = await start();
  const { daemon, slack } = world;
  slack.faults.failNext(2, 503);
  const { id } = await raise(world);
  await resolve(world);
  await slack.until(() => slack.messages('C0INCIDENTS').length >= 2, 20_000);
  const { timeline } = await daemon.until('both to be told', async () => {
    const found = await daemon.incident(id);
    return found.timeline.filter(({ type, data }) => type === 'told' && data.channel === 'slack').length >= 2 && found;
  });
  const topics = timeline
    .filter(({ type, data }) => type === 'told' && data.channel === 'slack')
    .map(({ data }) => data.topic);
  expect(topics).toEqual(['page', 'end']);
  const [head, ...replies] = slack.messages('C0INCIDENTS');
  expect(head?.thread_ts).toBeUndefined();
  expect(replies.map(({ thread_ts }) => thread_ts)).toEqual(replies.map(() => head?.ts));
});

test('nobody is woken for what was over before the page could be sent', async () => {
  const world = await start();
  world.pagerduty.faults.failNext(1, 503);
  const { id } = await raise(world);
  await world.pagerduty.until(() => world.pagerduty.requests.length > 0);
  await resolve(world);
  await world.daemon.until('the last word', async () => {
    const { timeline } = await world.daemon.incident(id);
    return timeline.filter(({ type, data }) => type === 'told' && data.channel === 'pagerduty').length === 2;
  });
  expect(world.pagerduty.events.map(({ event_action }) => event_action)).not.toContain('trigger');
});

describe('/readyz', () => {
  const ready = async ({ daemon }: Engine) => {
    const answer = await fetch(`${daemon.address}/readyz`);
    return { status: answer.status, ...((await answer.json()) as { ready: boolean; failing: string[] }) };
  };

  test('names a channel that fails, and stays ready: to refuse webhooks would help nobody', async () => {
    const world = await start();
    expect(await ready(world)).toMatchObject({ status: 200, ready: true, failing: [] });
    world.slack.faults.unavailable();
    await raise(world);
    const state = await world.daemon.until('the failure', async () => {
      const now = await ready(world);
      return now.failing.length > 0 && now;
    });
    expect(state).toMatchObject({ status: 200, ready: true, failing: ['channel slack'] });
  });
});
