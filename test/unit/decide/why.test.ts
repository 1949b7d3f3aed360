import { expect, test } from 'vitest';
import { configSchema } from '../../../src/config/schema.ts';
import { explainNow } from '../../../src/decide/why.ts';
import { explainParts, openCanaries } from '../../../src/explaining.ts';
import { createRulebook } from '../../../src/rules/rulebook.ts';
import { createMemoryLedger } from '../../../src/store/memory/memory-ledger.ts';
import { fakeClock } from '../../support/clock.ts';
import { caseOf, MINUTE, remediations, ruleOf } from './bench.ts';

/** A rule that has mended its first targets, with one canary where nobody listens, or with none. */
async function explained(config: object) {
  const clock = fakeClock();
  const parsed = configSchema.parse(config);
  const guards = { ...ruleOf().guards, commonCause: { after: 1, within: 10 * MINUTE, peersPercent: 30 } };
  const rulebook = createRulebook([ruleOf({ guards })]);
  const canaries = openCanaries(parsed, clock, new AbortController().signal);
  const parts = await explainParts(parsed, clock, remediations(), () => rulebook, null, canaries);
  const ledger = {
    ...createMemoryLedger(),
    openingsOf: async () =>
      ['cup', 'vase'].map((id) => ({ rule: 'thing-broken', target: `thing:${id}`, at: clock.now() - MINUTE })),
  };
  const populations = { known: () => new Map([['things/mend', { count: 20, at: clock.now() }]]) };
  return explainNow(ledger as never, { ...parts, populations }, caseOf());
}

test('P4, P11: an explanation looks at the canaries as a decision does, and says which one failed', async () => {
  const found = await explained({ canaries: [{ name: 'nowhere', tcp: '127.0.0.1:9' }] });
  expect(found).toMatchObject({ verdict: 'held', reason: 'isolated' });
  expect(found.guards.find(({ guard }) => guard === 'common-cause')?.numbers).toMatchObject({
    canaries: 1,
    failing: [{ name: 'nowhere', why: expect.stringContaining('ECONNREFUSED') }],
  });
});

test('where no canary is configured none holds it', async () => {
  expect(await explained({})).toMatchObject({ verdict: 'admitted' });
});
