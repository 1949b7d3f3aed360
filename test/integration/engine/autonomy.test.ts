import { afterAll, beforeAll, expect, test } from 'vitest';
import { watchAutonomy } from '../../../src/autonomy/watch.ts';
import { systemClock } from '../../../src/domain/time.ts';
import { loadRemediations } from '../../../src/remediation/registry.ts';
import { loadRulebook } from '../../../src/rules/load.ts';
import { liftDemotion } from '../../../src/store/demotions.ts';
import { leaveToRelay } from '../../../src/store/outbox.ts';
import { type Engine, FREE, MEND, rule, startEngine } from './engine.ts';

let engine: Engine;

beforeAll(async () => {
  engine = await startEngine({ rules: `rules:\n${rule('plain', 'thing:broken', MEND, FREE)}\n` });
});
afterAll(() => engine[Symbol.asyncDispose]());

interface ApiRule {
  readonly mode: string;
  readonly effectiveMode: string;
  readonly demotion: { readonly why: string } | null;
  readonly autonomy: { readonly held: { readonly count: number; readonly of: number } };
  readonly breakers: readonly { readonly open: boolean; readonly withoutHeld: number }[];
  readonly lastRuns: readonly { readonly outcome: string }[];
}

const plain = async () => (await engine.daemon.get<{ items: readonly ApiRule[] }>('/api/rules')).items[0];

const fires = (thing: string) =>
  engine.daemon.event({ name: 'thing:broken', status: 'firing', severity: 'HIGH', labels: { thing } });

test('a rule that fails three times asks from then on, on every replica and after a reload, until it is promoted', async () => {
  const { daemon, toy, slack } = engine;
  toy.onMend = () => 500;
  for (const thing of ['a', 'b', 'c']) {
    await fires(thing);
    await daemon.untilState(`thing:${thing}`, ['escalated']);
  }
  // Its own minute may not be over yet.
  const remediations = await loadRemediations('test/fixtures/toy/remediations');
  const loaded = await loadRulebook(engine.rulesFolder, remediations, []);
  if ('faults' in loaded) throw new Error('the rules are faulty');
  const { rulebook } = loaded;
  const { autonomy, escalate_after: escalateAfter } = daemon.config;
  const parts = { db: daemon.db, clock: systemClock, remediations, autonomy, escalateAfter, rulebook: () => rulebook };
  await watchAutonomy({ ...parts, handOver: (rows) => void leaveToRelay(daemon.db, rows) });

  expect(await plain()).toMatchObject({
    mode: 'auto',
    effectiveMode: 'propose',
    demotion: { why: expect.stringContaining('3 runs in a row did not help') },
    autonomy: { held: { count: 0, of: 3, rate: 0, low: 0 } },
    breakers: [{ remediation: 'things/mend', open: true, withoutHeld: 3 }],
    lastRuns: [{ outcome: 'failed' }, { outcome: 'failed' }, { outcome: 'failed' }],
  });
  await slack.until(() => JSON.stringify(slack.messages()).includes('plain was demoted'));
  const figures = await (await fetch(`${daemon.address}/metrics`)).text();
  expect(figures).toContain('remedyd_rules_demoted{rule="plain"} 1');
  expect(await daemon.get('/api/status')).toMatchObject({ demotions: [{ rule: 'plain' }], debts: [] });

  await daemon.reloadRules();
  const another = await engine.another();
  await another.event({ name: 'thing:broken', status: 'firing', severity: 'HIGH', labels: { thing: 'd' } });
  expect(await another.untilState('thing:d', ['approving'])).toMatchObject({ reason: 'demoted' });

  await liftDemotion(daemon.db, 'plain', 'ana', 'mended', Date.now());
  toy.onMend = (_id, thing) => {
    thing.healthy = true;
    return 200;
  };
  await fires('e');
  await daemon.untilState('thing:e', ['verifying']);
  expect(await plain()).toMatchObject({ effectiveMode: 'auto', demotion: null, breakers: [{ open: false }] });
}, 60_000);
