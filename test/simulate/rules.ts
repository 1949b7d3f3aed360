import type { TimeInterval } from '../../src/domain/time-interval.ts';
import { compileRule } from '../../src/rules/compile.ts';
import { hashOf } from '../../src/rules/hash.ts';
import type { Rule } from '../../src/rules/rule.ts';
import { createRulebook, type Rulebook } from '../../src/rules/rulebook.ts';
import { ruleSchema } from '../../src/rules/schema.ts';

const thing = { thing: { label: 'thing' } };
const mend = { remediation: 'things/mend', with: thing };
const restore = { remediation: 'things/restore', with: thing };
const replace = { remediation: 'things/replace', with: thing };
const rewire = { remediation: 'things/rewire', with: thing };

const match = (name: string) => ({ match: [`alertname="${name}"`] });

/** Two attempts under every limit that counts runs. */
const broken = {
  name: 'broken',
  description: 'A thing broke.',
  when: match('thing:broken'),
  mode: 'auto',
  // Mending leaves something behind that is meant for bad times only.
  do: [{ ...mend, all_clear: { after: '5s', raise: 'ThingCalm' } }, replace],
  guards: {
    cooldown: '1m',
    budget: { runs: 2, per: '30m' },
    concurrency: 2,
    unless: ['alertname="power:down"'],
  },
  escalate: { policy: 'oncall', after: '10m' },
};

/** Another rule on the same things; it also depends on how many there are. */
const slow = {
  name: 'slow',
  description: 'A thing is slow.',
  when: match('thing:slow'),
  mode: 'auto',
  do: [replace],
  guards: {
    cooldown: '30s',
    concurrency: 1,
    blast_radius: { percent: 50 },
    storm: { firing: 2, within: '5m', calm: '3m' },
  },
  escalate: { policy: 'oncall', after: '5m' },
};

/** Two people have to agree. */
const odd = {
  name: 'odd',
  description: 'A thing behaves oddly.',
  when: match('thing:odd'),
  mode: 'auto',
  do: [rewire],
  approval: { from: 'oncall', needs: 2, within: '3m' },
  escalate: { policy: 'oncall', after: '8m' },
};

/** Pages at once and heals in parallel. */
const loud = {
  name: 'loud',
  description: 'A thing burns.',
  when: match('thing:burns'),
  mode: 'auto',
  do: [mend, replace],
  guards: { cooldown: '0s' },
  escalate: { policy: 'oncall', after: '0s' },
};

const seen = {
  name: 'seen',
  description: 'A thing looks worn.',
  when: match('thing:worn'),
  mode: 'observe',
  do: [mend],
  escalate: { policy: 'oncall', after: '4m' },
};

/** Takes back what mending left behind. */
const calm = {
  name: 'calm',
  description: 'A thing has been well for long.',
  when: { source: ['remedyd'], ...match('ThingCalm') },
  mode: 'auto',
  do: [restore],
  guards: { cooldown: '0s' },
  escalate: { policy: 'oncall', after: '30m' },
};

function compiled(written: object): Rule {
  return compileRule(ruleSchema.parse(written), hashOf(JSON.parse(JSON.stringify(written))), {
    file: 'simulated.yaml',
    line: 1,
    column: 1,
  });
}

/** What replicas may have loaded; a reload moves one of them to another one. */
export const RULEBOOKS: readonly Rulebook[] = [
  [broken, slow, odd, loud, seen, calm],
  // The same rules, edited: other plans, other modes, a window that the config does not have.
  [
    { ...broken, mode: 'propose' },
    { ...slow, do: [mend, replace] },
    { ...odd, do: [{ ...rewire, with: { ...thing, hard: true } }] },
    { ...loud, guards: { cooldown: '0s', window: 'nowhere' } },
    { ...seen, mode: 'auto' },
    calm,
  ],
  // One rule is gone.
  [
    { ...broken, do: [replace] },
    { ...odd, guards: { concurrency: 2 } },
    { ...loud, guards: { cooldown: '0s', window: 'always-open' } },
    seen,
    calm,
  ],
].map((rules) => createRulebook(rules.map(compiled)));

/** The things that can break, and the alerts that tell of it. */
export const THINGS = ['cup', 'jar', 'pot', 'urn'] as const;

export const ALERTS = ['thing:broken', 'thing:slow', 'thing:odd', 'thing:burns', 'thing:worn'] as const;

export const LIMITS = { runs_at_once: 3, runs_per_hour: 8, backoff: [60_000, 120_000] } as const;

const ALWAYS = { times: [], weekdays: [], daysOfMonth: [], months: [], years: [], zone: 'UTC' };

/** The time intervals of the simulated config; one rule names another one that it does not have. */
export const INTERVALS: ReadonlyMap<string, readonly TimeInterval[]> = new Map([['always-open', [ALWAYS]]]);
