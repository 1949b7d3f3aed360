import type { Target } from '../domain/alert.ts';
import type { IncidentEvent } from '../domain/event.ts';
import { newId } from '../domain/id.ts';
import type { Incident } from '../domain/incident.ts';
import type { JsonObject } from '../domain/json.ts';
import { isBlind, type Reason } from '../domain/reason.ts';
import type { Severity } from '../domain/severity.ts';
import type { Time } from '../domain/time.ts';
import type { Remediation } from '../remediation/define.ts';
import { matchAlert } from '../rules/match.ts';
import { type Plan, planFor, planHash } from '../rules/plan.ts';
import { modeInForce, type Rule, UNMATCHED } from '../rules/rule.ts';
import type { Rulebook } from '../rules/rulebook.ts';
import type { Approval } from '../store/approvals.ts';
import type { Episode } from '../store/episodes.ts';
import { askAll, type Refusal } from './guards/ask-all.ts';
import { breakerOf } from './guards/breaker.ts';
import type { Facts, RuleLimits, Subject } from './guards/guard.ts';
import { escalate, hold, ignore, newRun, planData, type Verdict, verdict } from './verdict.ts';

/** What the decision about one incident rests on. */
export interface Case {
  readonly incident: Incident;
  /** Its episodes, firing ones first. */
  readonly episodes: readonly Episode[];
  /** The approval that the incident holds, if any. */
  readonly approval: Approval | undefined;
}

/** What the decision about every incident rests on. */
export interface Bench {
  readonly rulebook: Rulebook;
  readonly remediations: ReadonlyMap<string, Remediation>;
  /** What happens to alerts that no rule takes, by severity. */
  readonly unmatched: Readonly<Record<Severity, 'page' | 'record'>>;
  readonly now: Time;
}

/** What would be done about an incident, before any guardrail was asked. */
export interface Prepared {
  readonly rule: Rule;
  readonly remediation: Remediation;
  readonly plan: Plan;
  /** What the incident is about, and since when. */
  readonly about: Target;
  readonly openedAt: Time;
}

/**
 * Finds out what would be done, or that there is nothing to ask guardrails about. Never throws: what an author or a sender
 * did not think of concerns one incident, which a person is told of, and not the batch that it came in.
 */
export function prepare(one: Case, bench: Bench): Prepared | Verdict {
  try {
    return plan(one, bench);
  } catch (error) {
    return escalate('match-error', { why: error instanceof Error ? error.message : String(error) });
  }
}

function plan(one: Case, bench: Bench): Prepared | Verdict {
  const { incident, episodes } = one;
  const { now } = bench;
  const alert = episodes[0];
  if (incident.rule === UNMATCHED || alert === undefined) return unmatched(one, bench);
  const rule = bench.rulebook.get(incident.rule);
  if (rule === undefined) return unmatched(one, bench);

  const firing = episodes.filter((e) => e.status === 'firing');
  // A start that lies after its own delivery is a clock that is ahead; it must not put anything off.
  const fires = Math.min(...firing.map((e) => Math.min(e.startsAt ?? e.openedAt, e.openedAt)));
  if (firing.length > 0 && fires + rule.when.for > now)
    return hold('for-not-reached', fires + rule.when.for, { firingSince: fires });
  const planned = planFor(rule, incident.attempt, alert, bench.remediations);
  if ('plan' in planned) return { rule, ...planned, about: incident.target, openedAt: incident.openedAt };
  const { why, ...more } = planned;
  if (why === 'no-remediation') return peopleOnly(rule, incident, now);
  return escalate(why, 'said' in more ? { remediation: more.remediation, why: more.said } : more);
}

/** Whether an alert wants an answer: run, hold until, ask a person, ignore, escalate. Each with its reason. */
export function decide(one: Case, facts: Facts, bench: Bench, prepared = prepare(one, bench)): Verdict {
  if ('event' in prepared) return prepared;
  const { incident } = one;
  const { now } = bench;
  const { rule, remediation, plan } = prepared;
  if (rule.mode === 'observe') return observe(incident, plan, now);

  const subject: Subject = {
    incidentId: incident.id,
    rule: rule.name,
    remediation: plan.remediation,
    target: plan.target,
    about: incident.target,
    alerts: one.episodes.filter(({ status }) => status === 'firing'),
    limits: limitsOf(rule),
    now,
  };
  const { refusal, answers } = askAll(subject, facts);
  if (refusal !== null) return refuse(incident, refusal, answers);
  const mustAsk =
    askReason(rule, remediation, facts) ?? (breakerOf(subject, facts).openSince === null ? null : 'breaker-open');
  if (mustAsk !== null && !approved(one, plan)) return ask(mustAsk, incident, rule, plan, answers, now);
  return admit(incident, plan, answers, now);
}

function unmatched({ incident, episodes }: Case, bench: Bench): Verdict {
  const alert = episodes[0];
  if (alert?.test != null) return ignore('test-alert', { why: alert.test });
  const match =
    alert === undefined
      ? null
      : matchAlert(bench.rulebook, bench.remediations, { ...alert, severity: null, note: null });
  if (match?.kind === 'ambiguous') return escalate('ambiguous-rules', { rules: match.rules.map((rule) => rule.name) });
  if (match?.kind === 'error') return escalate('match-error', { why: match.why });
  const own = alert?.source === 'remedyd' && (incident.severity === 'critical' || incident.severity === 'high');
  // What it says of itself at this severity stands for the pages of others, so no policy may keep it back.
  if (own) return escalate('own-alert', { alert: alert.name, summary: alert.annotations.summary ?? '' });
  const policy = bench.unmatched[incident.severity];
  const numbers = { severity: incident.severity, policy };
  return policy === 'page' ? escalate('unmatched', numbers) : ignore('unmatched', numbers);
}

/** A rule without (further) remediation: watched until its deadline pages, or paged at once where nothing else is left. */
function peopleOnly(rule: Rule, incident: Incident, now: Time): Verdict {
  const waits = rule.do.length === 0 && incident.deadlineAt !== null && incident.deadlineAt > now;
  if (!waits) return escalate('no-remediation', {});
  return verdict(
    { type: 'observed', runId: null },
    'no-remediation',
    'Only people can help; waiting whether it clears',
    {},
  );
}

function observe(incident: Incident, plan: Plan, now: Time): Verdict {
  const run = newRun(incident, plan, true, now);
  const summary = `Would run ${plan.remediation}; the rule only observes`;
  return { ...verdict({ type: 'observed', runId: run.id }, 'observe-mode', summary, planData(plan)), run };
}

/** So many answers in a row that nobody could give; with the usual waits between them that is two minutes. */
const MOST_BLIND = 5;

/** A no holds. Guardrails that are blind again and again are for a person, who need not wait for the deadline to hear it. */
function refuse(
  incident: Incident,
  { reason, until, guard, numbers }: Refusal,
  guards: readonly JsonObject[],
): Verdict {
  const inARow = isBlind(reason) ? incident.blind + 1 : 0;
  if (inARow < MOST_BLIND || incident.pagedAt !== null) return hold(reason, until, { guard, guards });
  return escalate('guards-blind', { guard, cause: reason, inARow, error: numbers.error ?? null, guards });
}

function limitsOf({ guards }: Rule): RuleLimits {
  const { blastRadius, storm, commonCause, window, ...rest } = guards;
  return {
    ...rest,
    blastRadius: blastRadius ?? undefined,
    storm: storm ?? undefined,
    commonCause: commonCause ?? undefined,
    window: window ?? undefined,
  };
}

function askReason(rule: Rule, remediation: Remediation, { demoted }: Facts): Reason | null {
  if (remediation.risk === 'high') return 'high-risk';
  if (rule.approval !== null) return 'approval-required';
  if (rule.mode === 'propose') return 'propose-mode';
  return modeInForce(rule, demoted.has(rule.name)) === 'auto' ? null : 'demoted';
}

/** An approval counts for the very plan that was shown, and for nothing that has changed since. */
function approved({ approval }: Case, plan: Plan): boolean {
  return approval?.decision === 'approved' && approval.planHash === planHash(plan);
}

/** How long a request waits where the rule does not say. */
const ANSWER_WITHIN = 600_000;

function ask(
  reason: Reason,
  incident: Incident,
  rule: Rule,
  plan: Plan,
  guards: readonly JsonObject[],
  now: Time,
): Verdict {
  const expiresAt = now + (rule.approval?.within ?? ANSWER_WITHIN);
  const id = newId('apr', now);
  const { remediation } = plan;
  const approval: Approval = {
    id,
    incidentId: incident.id,
    remediation,
    planHash: planHash(plan),
    plan: { ...planData(plan), guards },
    askedOf: rule.approval?.from ?? null,
    needs: rule.approval?.needs ?? 1,
    askedAt: now,
    expiresAt,
    decidedAt: null,
    decision: null,
  };
  const event: IncidentEvent = { type: 'asked', reason, approvalId: id, expiresAt };
  return { ...verdict(event, reason, `Asks whether to run ${remediation}`, { ...planData(plan), guards }), approval };
}

function admit(incident: Incident, plan: Plan, guards: readonly JsonObject[], now: Time): Verdict {
  const run = newRun(incident, plan, false, now);
  const { remediation, attempt } = run;
  const event: IncidentEvent = { type: 'admitted', runId: run.id, remediation, attempt };
  const data = { run: run.id, ...planData(plan), guards };
  return { ...verdict(event, 'admitted', `Runs ${remediation} on ${plan.target.kind} ${plan.target.id}`, data), run };
}
