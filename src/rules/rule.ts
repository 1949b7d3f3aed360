import type { Source } from '../domain/alert.ts';
import type { Json } from '../domain/json.ts';
import type { Severity } from '../domain/severity.ts';
import type { Millis } from '../domain/time.ts';
import type { Matcher } from './matchers/matcher.ts';

/** `observe` only records, `propose` asks a person, `auto` acts where every guardrail agrees. */
export const MODES = ['observe', 'propose', 'auto'] as const;

export type Mode = (typeof MODES)[number];

/** Where a parameter's value comes from: written in the rule, or the value of a label of the alert. Never a template. */
export type Binding = { readonly constant: Json } | { readonly label: string; readonly fallback: Json | undefined };

/** Once the trouble has been gone for so long, the daemon raises this alert, and another rule takes back what was changed. */
export interface AllClear {
  readonly after: Millis;
  /** Name of the alert. */
  readonly raise: string;
}

/** One remediation of a rule with where its parameters come from. */
export interface Attempt {
  readonly remediation: string;
  readonly with: Readonly<Record<string, Binding>>;
  readonly allClear?: AllClear;
}

export interface Guards {
  /** Per target, after the last run. */
  readonly cooldown: Millis;
  /** Per target. */
  readonly budget: { readonly runs: number; readonly per: Millis };
  /** Runs of this rule at once. */
  readonly concurrency: number;
  /** Targets of the kind being touched or sick; where both are given the stricter wins. */
  readonly blastRadius: { readonly max: number | null; readonly percent: number | null } | null;
  readonly storm: { readonly firing: number; readonly within: Millis; readonly calm: Millis } | null;
  /** From the target behind `after` within `within` on, nothing more where so large a share of its kind is sick. */
  readonly commonCause: { readonly after: number; readonly within: Millis; readonly peersPercent: number } | null;
  /** More changes of a target's alert than this, on or off by itself, is flapping. */
  readonly flapping: { readonly changes: number; readonly within: Millis };
  /** Each entry is a dependency: matchers that all agree on some firing alert. */
  readonly unless: readonly (readonly Matcher[])[];
  /** A named time interval of the config; null is always. */
  readonly window: string | null;
}

/** Which alerts a rule takes, which remediations it tries in which order, under which guardrails, and who is told. */
export interface Rule {
  readonly name: string;
  readonly description: string;
  readonly runbook: string | null;
  readonly when: {
    /** Null is any. */
    readonly source: readonly Source[] | null;
    /** All of them agree. */
    readonly match: readonly Matcher[];
    /** None of these entries agrees as a whole. */
    readonly not: readonly (readonly Matcher[])[];
    /** How long it must have been firing before something is done. */
    readonly for: Millis;
  };
  /** Null takes the alert's own. */
  readonly severity: Severity | null;
  readonly mode: Mode;
  /** Where two rules match one alert the higher wins. */
  readonly priority: number;
  /** Tried in this order until one has helped. Empty: people are told, nothing is done. */
  readonly do: readonly Attempt[];
  /** Takes the target from a label; needed only where no remediation says what is acted on. */
  readonly target: { readonly kind: string; readonly label: string } | null;
  readonly guards: Guards;
  /** How the outcome is judged; null leaves it to the remediation. */
  readonly verify: { readonly within: Millis | null; readonly every: Millis | null; readonly hold: Millis | null };
  /** Makes the rule ask even where its remediations would not. */
  readonly approval: { readonly from: string; readonly needs: number; readonly within: Millis } | null;
  /** A person is paged unless it is healed by then; 0 pages at once, in parallel. Null takes the config's default. */
  readonly escalate: { readonly policy: string; readonly after: Millis } | null;
  /** Changes with everything that the rule says; an approval is bound to it. */
  readonly hash: string;
  /** Where it is written. */
  readonly origin: { readonly file: string; readonly line: number; readonly column: number };
}

/** The mode that counts: a rule that was demoted asks where it would act. */
export function modeInForce({ mode }: Pick<Rule, 'mode'>, demoted: boolean): Mode {
  return demoted && mode === 'auto' ? 'propose' : mode;
}

/** The name under which alerts are kept that no rule, or more than one, takes. No rule may have it. */
export const UNMATCHED = 'unmatched';
