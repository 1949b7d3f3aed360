import type { Binding, Rule } from './rule.ts';
import type { WrittenRule } from './schema.ts';

/** The rule in the engine's words, from what was written and has passed the schema. */
export function compileRule(written: WrittenRule, hash: string, origin: Rule['origin']): Rule {
  const { when, guards, verify, approval, escalate } = written;
  return {
    name: written.name,
    description: written.description,
    runbook: written.runbook ?? null,
    when: { source: when.source ?? null, match: when.match.flat(), not: when.not, for: when.for },
    severity: written.severity ?? null,
    mode: written.mode,
    priority: written.priority,
    do: written.do.map((attempt) => ({
      remediation: attempt.remediation,
      with: Object.fromEntries(Object.entries(attempt.with).map(([name, given]) => [name, bindingOf(given)])),
      ...(attempt.all_clear === undefined ? {} : { allClear: attempt.all_clear }),
    })),
    target: written.target ?? null,
    guards: {
      cooldown: guards.cooldown,
      budget: guards.budget,
      concurrency: guards.concurrency,
      blastRadius:
        guards.blast_radius === undefined
          ? null
          : { max: guards.blast_radius.max ?? null, percent: guards.blast_radius.percent ?? null },
      storm: guards.storm ?? null,
      commonCause:
        guards.common_cause === undefined
          ? null
          : {
              after: guards.common_cause.after,
              within: guards.common_cause.within,
              peersPercent: guards.common_cause.peers_percent,
            },
      flapping: guards.flapping,
      unless: guards.unless,
      window: guards.window === undefined || guards.window === 'always' ? null : guards.window,
    },
    verify: { within: verify?.within ?? null, every: verify?.every ?? null, hold: verify?.hold ?? null },
    approval: approval ?? null,
    escalate: escalate ?? null,
    hash,
    origin,
  };
}

type Written = WrittenRule['do'][number]['with'][string];

function bindingOf(given: Written): Binding {
  if (typeof given === 'object' && 'label' in given) return { label: given.label, fallback: given.default };
  return { constant: given };
}
