import { afterEach, describe, expect, test } from 'vitest';
import { defineRemediation, type Remediation, stepsFor, z } from '../../../src/remediation/index.ts';
import type { LoadedRemediation } from '../../../src/remediation/registry.ts';
import { setPause } from '../../../src/store/pauses.ts';
import { type Engine, type EngineOptions, FREE, MEND, rule, startEngine } from './engine.ts';

let engine: Engine | undefined;
const start = async (options: EngineOptions) => {
  engine = await startEngine(options);
  return engine;
};
afterEach(() => engine?.[Symbol.asyncDispose]());

const SOON = 'escalate: { policy: oncall, after: 1s }';
const fires = (name: string, more: object = {}) => ({
  name,
  status: 'firing' as const,
  labels: { thing: 'cup' },
  ...more,
});

/** A remediation that a test writes itself. */
function own(
  name: string,
  run: () => Promise<null>,
  more: Partial<Remediation> = {},
): ReadonlyMap<string, LoadedRemediation> {
  const params = z.strictObject({ thing: z.string() });
  const step = stepsFor(params)({ name: 'act', effect: 'changes', repeat: 'safe', timeout: '1h', run });
  const made = defineRemediation({
    summary: 'For a test.',
    risk: 'low',
    params,
    needs: [],
    target: ({ thing }) => ({ kind: 'thing', id: thing }),
    steps: [step],
    verify: { within: '1h', every: '1s', holdFor: '1h', probe: async () => ({ healthy: false, evidence: {} }) },
    ...(more as object),
  });
  return new Map([[name, { ...(made as unknown as Remediation), name }]]);
}

/** The page of the only incident arrives, at both ends. */
async function paged({ daemon, pagerduty, slack }: Engine) {
  const incident = await daemon.until('the page', async () => {
    const [one] = await daemon.incidents();
    return one !== undefined && one.pagedAt !== null && one;
  });
  await pagerduty.until(() => pagerduty.incident(incident.id)?.status === 'triggered', 10_000);
  await slack.until(() => slack.messages('C0INCIDENTS').length > 0, 10_000);
  expect(pagerduty.incidents).toHaveLength(1);
  return daemon.incident(incident.id);
}

describe('P2: the page comes, whatever else is broken', () => {
  test('what is held when its time is over pages, and the page says which guardrail held it, with its numbers', async () => {
    const engine = await start({ rules: `rules:\n${rule('r', 'thing:broken', MEND, FREE, SOON)}` });
    const { daemon, slack, pagerduty } = engine;
    const pause = { id: 'pau-1', scope: 'rule', key: 'r', owner: 'ana', why: 'moving house', until: null } as const;
    await setPause(daemon.db, { ...pause, setAt: Date.now() });
    await daemon.event(fires('thing:broken'));
    const incident = await paged(engine);
    expect(incident).toMatchObject({ state: 'escalated', reason: 'deadline' });
    const because = 'rule r is paused by ana until it is resumed: moving house';
    expect(pagerduty.incident(incident.id)?.summary).toContain(because);
    expect(JSON.stringify(slack.messages('C0INCIDENTS')[0])).toContain(because);
  });

  test('the deadline is armed before anybody has looked at the alert', async () => {
    const { daemon } = await start({
      rules: `rules:\n${rule('r', 'thing:broken', MEND, FREE, 'escalate: { policy: oncall, after: 10m }')}`,
    });
    const before = Date.now();
    await daemon.event(fires('thing:broken'));
    const [row] = await daemon.db.query<{ due: number; armed: number; opened: number; created: number }>(
      `select o.due_at as due, i.deadline_at as armed, i.opened_at as opened, o.created_at as created
       from remedyd.outbox o join remedyd.incidents i on i.id = o.incident_id where o.kind = 'deadline'`,
    );
    expect(row?.due).toBe(row?.armed);
    expect(row?.created).toBe(row?.opened);
    expect((row?.due ?? 0) - (row?.opened ?? 0)).toBe(600_000);
    expect(row?.opened).toBeGreaterThanOrEqual(before);
  });

  test('no rule takes the alert', async () => {
    const broken = await start({ rules: 'rules: []\n' });
    await broken.daemon.event(fires('thing:strange', { severity: 'CRITICAL' }));
    expect(await paged(broken)).toMatchObject({ state: 'escalated', reason: 'unmatched' });
  });

  test('the remediation hangs', async () => {
    const broken = await start({
      rules: `rules:\n${rule('r', 'thing:broken', 'do: [{ remediation: things/hang, with: { thing: { label: thing } } }]', FREE, SOON)}`,
      remediations: own('things/hang', () => new Promise(() => undefined)),
      config: { stop: { grace: '0s' } },
    });
    await broken.daemon.event(fires('thing:broken'));
    expect(await paged(broken)).toMatchObject({ state: 'running', deadlineAt: null });
  });

  test('the remediation throws what is no error', async () => {
    const broken = await start({
      rules: `rules:\n${rule('r', 'thing:broken', 'do: [{ remediation: things/throw, with: { thing: { label: thing } } }]', FREE)}`,
      remediations: own('things/throw', () => {
        throw null;
      }),
    });
    await broken.daemon.event(fires('thing:broken'));
    expect(await paged(broken)).toMatchObject({ state: 'escalated', reason: 'failed' });
  });

  test('the author’s code fails where nobody expects it', async () => {
    const broken = await start({
      rules: `rules:\n${rule('r', 'thing:broken', 'do: [{ remediation: things/odd, with: { thing: { label: thing } } }]', FREE, SOON)}`,
      remediations: own('things/odd', async () => null, {
        target: () => {
          throw new Error('no target');
        },
      }),
    });
    await broken.daemon.event(fires('thing:broken', { severity: 'HIGH' }));
    const incident = await paged(broken);
    expect(incident).toMatchObject({ state: 'escalated', reason: 'match-error', rule: 'unmatched' });
  });

  test('the row that would have decided is gone', async () => {
    const broken = await start({
      rules: `rules:\n${rule('r', 'thing:broken', MEND, 'guards: { concurrency: 1 }', SOON)}`,
    });
    const { daemon, toy } = broken;
    toy.onMend = () => 200;
    await daemon.event(fires('thing:broken', { labels: { thing: 'first' } }));
    await daemon.untilState('thing:first', ['verifying']);
    await daemon.event(fires('thing:broken'));
    await daemon.untilState('thing:cup', ['held']);
    await daemon.db.run(`delete from remedyd.outbox where kind in ('decide', 'verify', 'execute')`);
    const handed = await daemon.untilState('thing:cup', ['escalated']);
    expect(handed).toMatchObject({ state: 'escalated', reason: 'deadline' });
    await broken.pagerduty.until(() => broken.pagerduty.incident(handed.id)?.status === 'triggered');
  });

  test('the rule pages at once: the healing goes on beside it', async () => {
    const both = await start({
      rules: `rules:\n${rule('r', 'thing:broken', MEND, FREE, 'escalate: { policy: oncall, after: 0s }')}`,
    });
    await both.daemon.event(fires('thing:broken'));
    const incident = await paged(both);
    await both.daemon.untilState('thing:cup', ['verifying']);
    await both.daemon.event({ ...fires('thing:broken'), status: 'resolved' });
    await both.daemon.untilState('thing:cup', ['healed']);
    await both.pagerduty.until(() => both.pagerduty.incident(incident.id)?.status === 'resolved');
    const triggers = both.pagerduty.events.filter(({ event_action }) => event_action === 'trigger');
    expect(triggers).toHaveLength(1);
  });
});

describe('P9: an approval that nobody gives', () => {
  test('expires into a page, and nothing was done', async () => {
    const asked = await start({
      rules: `rules:\n${rule('r', 'thing:broken', MEND, FREE, 'approval: { from: oncall, needs: 1, within: 1s }')}`,
    });
    await asked.daemon.event(fires('thing:broken'));
    await asked.daemon.untilState('thing:cup', ['approving', 'escalated']);
    expect(await paged(asked)).toMatchObject({ state: 'escalated', reason: 'approval-expired', runs: [] });
    expect(asked.toy.things.get('cup')?.mended ?? 0).toBe(0);
    const [approval] = await asked.daemon.db.query<{ decision: string }>('select decision from remedyd.approvals');
    expect(approval?.decision).toBe('expired');
  });
});

test('a rehearsal that finds that a person is needed says so, and not that there is nothing to do', async () => {
  const asks = stepsFor(z.strictObject({ thing: z.string() }))({
    name: 'look',
    effect: 'reads',
    repeat: 'safe',
    timeout: '5s',
    run: async (ctx) => ctx.handOver('only the carrier can mend it'),
  });
  const observed = await start({
    rules: `rules:\n${rule('r', 'thing:broken', 'do: [{ remediation: things/ask, with: { thing: { label: thing } } }]').replace('mode: auto', 'mode: observe')}`,
    remediations: own('things/ask', async () => null, { steps: [asks] } as unknown as Partial<Remediation>),
    alone: true,
  });
  const { daemon } = observed;
  await daemon.event(fires('thing:broken'));
  const told = await daemon.until('the rehearsal', async () => {
    const found = await daemon.untilState('thing:cup', ['observing']);
    return found.timeline.find(({ type }) => type === 'rehearsed');
  });
  expect(told.summary).toBe('things/ask: look: only the carrier can mend it');
});
