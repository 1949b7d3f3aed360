import type { Bench, Case } from '../../../src/decide/decide.ts';
import { breakerKey } from '../../../src/decide/guards/breaker.ts';
import { firingAlerts } from '../../../src/decide/guards/dependency.ts';
import { flapKey } from '../../../src/decide/guards/flapping.ts';
import type { Answer, Facts, Subject } from '../../../src/decide/guards/guard.ts';
import type { Incident } from '../../../src/domain/incident.ts';
import { defineRemediation, type Remediation, type Risk, stepsFor, z } from '../../../src/remediation/index.ts';
import type { Rule } from '../../../src/rules/rule.ts';
import { createRulebook } from '../../../src/rules/rulebook.ts';
import type { Episode } from '../../../src/store/episodes.ts';
import type { RunFact } from '../../../src/store/runs.ts';
import { NOW, incident as standing } from '../domain/incidents.ts';

export { NOW };

export const MINUTE = 60_000;

/** Mends the thing, or restarts the service that things depend on. */
export function remediations(risk: Risk = 'low'): ReadonlyMap<string, Remediation> {
  const thing = z.strictObject({ thing: z.string().regex(/^[a-z]+$/) });
  const service = z.strictObject({ service: z.string() });
  return new Map<string, Remediation>([
    ['things/mend', fake(thing, risk, ({ thing }) => ({ kind: 'thing', id: thing }))],
    ['services/restart', fake(service, risk, ({ service }) => ({ kind: 'service', id: service }))],
    [
      'things/broken',
      fake(thing, risk, () => {
        throw new Error('the author did not think of this');
      }),
    ],
  ]);
}

function fake<S extends z.ZodObject>(params: S, risk: Risk, target: Remediation<S>['target']): Remediation {
  const look = stepsFor(params)({
    name: 'look',
    effect: 'reads',
    repeat: 'safe',
    timeout: '1s',
    run: async () => null,
  });
  return defineRemediation({
    summary: 'Does nothing.',
    risk,
    params,
    needs: [],
    target,
    steps: [look],
    verify: { within: '1m', every: '1s', holdFor: '1m', probe: async () => ({ healthy: true, evidence: {} }) },
  }) as unknown as Remediation;
}

const mend = { remediation: 'things/mend', with: { thing: { label: 'thing', fallback: undefined } } };

export function ruleOf(more: Partial<Rule> = {}): Rule {
  return {
    name: 'thing-broken',
    description: 'A thing broke.',
    runbook: null,
    when: { source: null, match: [], not: [], for: 0 },
    severity: null,
    mode: 'auto',
    priority: 0,
    do: [mend],
    target: null,
    guards: {
      cooldown: 0,
      budget: { runs: 3, per: 60 * MINUTE },
      concurrency: 1,
      blastRadius: null,
      storm: null,
      commonCause: null,
      flapping: { changes: 8, within: 30 * MINUTE },
      unless: [],
      window: null,
    },
    verify: { within: null, every: null, hold: null },
    approval: null,
    escalate: null,
    hash: 'hash-of-rule',
    origin: { file: 'rules.yaml', line: 1, column: 1 },
    ...more,
  };
}

export function benchOf(rules: readonly Rule[], more: Partial<Bench> = {}): Bench {
  return {
    rulebook: createRulebook(rules),
    remediations: remediations(),
    unmatched: { critical: 'page', high: 'page', medium: 'record', low: 'record' },
    now: NOW,
    ...more,
  };
}

export function episodeOf(more: Partial<Episode> = {}): Episode {
  return {
    id: 1,
    source: 'event',
    fingerprint: 'f1',
    status: 'firing',
    name: 'thing:broken',
    labels: { thing: 'cup' },
    annotations: {},
    generatorUrl: null,
    test: null,
    startsAt: NOW - 60_000,
    endsAt: null,
    openedAt: NOW - 60_000,
    seenAt: NOW - 60_000,
    closedAt: null,
    deliveries: 1,
    incidentId: 'inc-1',
    ...more,
  };
}

export function caseOf(incident: Partial<Incident> = {}, more: Partial<Case> = {}): Case {
  return { incident: standing('received', incident), episodes: [episodeOf()], approval: undefined, ...more };
}

export function factsOf(more: Partial<Facts> = {}): Facts {
  return {
    pauses: [],
    demoted: new Set(),
    runs: [],
    runsLastHour: 0,
    firing: firingAlerts([], 10),
    sick: new Map([
      ['thing', new Set()],
      ['service', new Set()],
    ]),
    populations: new Map(),
    canaries: [],
    openings: new Map([['thing-broken', { list: [], cut: false }]]),
    ended: new Map([...remediations().keys()].map((name) => [breakerKey('thing-broken', name), []])),
    windows: () => undefined,
    maintenance: [],
    changes: new Map([CUP, VASE].map((target) => [flapKey('thing-broken', target), []])),
    limits: { runs_at_once: 10, runs_per_hour: 100, backoff: [1 * MINUTE, 2 * MINUTE] },
    ...more,
  };
}

export const CUP = { kind: 'thing', id: 'cup' };
export const VASE = { kind: 'thing', id: 'vase' };

export function subjectOf(more: Partial<Subject> = {}): Subject {
  return {
    incidentId: 'inc-1',
    rule: 'thing-broken',
    remediation: 'things/mend',
    target: CUP,
    about: CUP,
    alerts: [],
    limits: {},
    now: NOW,
    ...more,
  };
}

/** `yes`, or the reason and after how many milliseconds to ask again. */
export const said = (answer: Answer) => (answer.ok ? 'yes' : `${answer.reason} +${answer.until - NOW}`);

export function runOf(more: Partial<RunFact> = {}): RunFact {
  return {
    id: 'run-0',
    incidentId: 'inc-0',
    rule: 'thing-broken',
    target: { kind: 'thing', id: 'cup' },
    admittedAt: NOW - 10 * MINUTE,
    endedAt: NOW - 5 * MINUTE,
    outcome: 'held',
    ...more,
  };
}
