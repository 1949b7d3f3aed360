import { afterEach, expect, test } from 'vitest';
import { defineRemediation, path, stepsFor, z } from '../../../src/remediation/index.ts';
import { type LoadedRemediation, loadRemediations } from '../../../src/remediation/registry.ts';
import { type Engine, FREE, rule, startEngine } from './engine.ts';

let engine: Engine | undefined;
afterEach(() => engine?.[Symbol.asyncDispose]());

const params = z.strictObject({ thing: z.string() });

/** Takes back what mending needed; it always helps, because there is nothing to be better than. */
const putBack = defineRemediation({
  summary: 'Takes the preparation of one thing away.',
  risk: 'low',
  params,
  needs: ['toy'],
  target: ({ thing }) => ({ kind: 'thing', id: thing }),
  steps: [
    stepsFor(params)({
      name: 'unprepare',
      effect: 'changes',
      repeat: 'safe',
      timeout: '5s',
      async run({ tools, params: { thing } }) {
        await tools.api('toy').post(path`/things/${thing}/unprepare`);
        return null;
      },
    }),
  ],
  verify: {
    within: '3s',
    every: '100ms',
    holdFor: '100ms',
    probe: async () => ({ healthy: true, evidence: {} }),
  },
});

const rules = (after: string) => `rules:
${rule('broken', 'thing:broken', `do: [{ remediation: things/mend, with: { thing: { label: thing } }, all_clear: { after: ${after}, raise: ThingCalm } }]`, FREE)}
${rule('calm', 'ThingCalm', 'do: [{ remediation: things/put-back, with: { thing: { label: thing } } }]', FREE, 'escalate: { policy: oncall, after: 1h }')}`;

async function start(after: string): Promise<Engine> {
  const loaded = await loadRemediations('test/fixtures/toy/remediations');
  const own = { ...(putBack as unknown as LoadedRemediation), name: 'things/put-back' };
  engine = await startEngine({
    rules: rules(after),
    remediations: new Map([...loaded, ['things/put-back', own]]),
  });
  return engine;
}

const says = (status: 'firing' | 'resolved') => ({ name: 'thing:broken', status, labels: { thing: 'cup' } });
const ofRule = (incidents: readonly { readonly rule: string; readonly state: string }[], name: string) =>
  incidents.filter((one) => one.rule === name);

async function heal({ daemon }: Engine): Promise<void> {
  await daemon.event(says('firing'));
  await daemon.until('it is mended', async () => (await daemon.incidents()).some(({ state }) => state === 'verifying'));
  await daemon.event(says('resolved'));
}

test('what was changed for bad times is taken back, once, when they have been over for long enough', async () => {
  const { daemon, toy, pagerduty } = await start('1s');
  await heal({ daemon } as Engine);
  const healed = await daemon.until('it is healed', async () =>
    ofRule(await daemon.incidents(), 'broken').find(({ state }) => state === 'healed'),
  );
  expect(toy.thing('cup')).toMatchObject({ prepared: 1, unprepared: 0 });
  const calm = await daemon.until('it is taken back and over', async () =>
    ofRule(await daemon.incidents(), 'calm').find(({ state }) => state === 'healed'),
  );
  expect(toy.thing('cup')).toMatchObject({ prepared: 1, unprepared: 1 });
  expect(calm).toMatchObject({
    severity: 'high',
    alerts: [{ source: 'remedyd', name: 'ThingCalm', status: 'resolved' }],
  });
  const gone = Date.parse((calm as unknown as { openedAt: string }).openedAt);
  expect(gone - Date.parse((healed as unknown as { endedAt: string }).endedAt)).toBeGreaterThanOrEqual(1_000);
  await daemon.until('nothing is owed', async () => (await owed(daemon.db)) === 0);
  expect(ofRule(await daemon.incidents(), 'calm')).toHaveLength(1);
  expect(pagerduty.incidents).toEqual([]);
});

test('while the trouble is there, or came back, nothing is taken back', async () => {
  const { daemon, toy } = await start('2s');
  await heal({ daemon } as Engine);
  await daemon.until('it is healed', async () => ofRule(await daemon.incidents(), 'broken')[0]?.state === 'healed');
  toy.thing('cup').healthy = false;
  toy.onMend = () => 500;
  await daemon.event(says('firing'));
  await daemon.until('a person has it', async () =>
    ofRule(await daemon.incidents(), 'broken').some(({ state }) => state === 'escalated'),
  );
  // The time after the first healing is over; what is owed waits for the second incident.
  await daemon.until('it was looked at since', async () => {
    const [row] = await daemon.db.query<{ due: number; ended: number }>(
      `select o.due_at as due, (select max(ended_at) from remedyd.incidents) as ended from remedyd.outbox o where kind = 'all-clear'`,
    );
    return row !== undefined && row.due > row.ended + 2_000;
  });
  expect(ofRule(await daemon.incidents(), 'calm')).toEqual([]);
  await daemon.event(says('resolved'));
  await daemon.until('it is taken back', async () =>
    ofRule(await daemon.incidents(), 'calm').some(({ state }) => state === 'healed'),
  );
  expect(toy.thing('cup').unprepared).toBeGreaterThanOrEqual(1);
});

async function owed(db: Engine['daemon']['db']): Promise<number> {
  const [row] = await db.query<{ count: number }>(
    `select count(*) as count from remedyd.outbox where kind = 'all-clear'`,
  );
  return row?.count ?? -1;
}
