/**
 * Every reason that remedyd gives for a verdict, an end or a page. The word is the log field, the metric label, the text
 * in Slack and the anchor in docs/reasons.md; a test holds the two lists equal.
 */
export const REASONS = {
  opened: 'An alert fired that no open incident covers.',
  'test-alert': 'The sender marked the alert as a test of the alerting itself.',
  unmatched: 'No rule matches the alert.',
  'ambiguous-rules': 'Two rules of the same priority match the alert.',
  'match-error': 'Matching the alert failed with an error.',
  'params-invalid': 'The labels of the alert do not fit the parameters of the remediation.',
  'no-remediation': 'The rule only tells people; it has no remediation.',
  'own-alert': 'remedyd itself says what it sees of its own work.',
  'stale-delivery': 'A late delivery of an episode that had already ended.',

  admitted: 'Every guardrail let the run start.',
  'observe-mode': 'The rule only observes: what would be done is recorded.',
  'propose-mode': 'The rule proposes: a person decides.',
  'high-risk': 'The remediation is of high risk: a person decides.',
  'approval-required': 'The rule asks for approval.',
  demoted: 'A breaker of this rule broke: it asks until a person promotes it again.',
  'breaker-open': 'This remediation has not helped of late: a person decides.',

  'for-not-reached': 'The alert has not been firing for as long as the rule wants.',
  paused: 'A person paused remediation here.',
  'target-leased': 'Another run is on this target.',
  cooldown: 'The last run on this target is too recent.',
  budget: 'This target had all the runs that the rule allows in the period.',
  concurrency: 'The rule already has as many runs as it may have at once.',
  'global-concurrency': 'The service already has as many runs as it may have at once.',
  'global-rate': 'The service had all the runs that it may have in an hour.',
  maintenance: 'A maintenance of the config is going on; nothing is done until it is over.',
  flapping: 'The alert goes on and off by itself; it is left alone until it is steady.',
  'outside-window': 'The rule does not act at this time.',
  dependency: 'What the target depends on is in trouble itself.',
  'blast-radius': 'Too many targets of this kind are sick or worked on.',
  'population-unknown': 'Nobody knows of how many targets the limit is a share.',
  'population-stale': 'The targets that the limit is a share of were counted too long ago.',
  'population-empty': 'There is nothing there of which the limit is a share.',
  'population-implausible': 'The number of targets halved or doubled within an hour.',
  storm: 'The rule opened too many incidents at once; it waits for calm.',
  'common-cause': 'Too many of its kind are sick at once for it to be the trouble of each.',
  isolated: 'remedyd cannot reach its surroundings, so what it sees may be its own trouble.',
  backoff: 'The last attempt did not help; the next one waits longer.',
  silenced: 'Somebody silenced the alert at its source.',
  inhibited: 'Another alert inhibits this one at its source.',
  'source-unreachable': 'The source cannot be asked whether the alert still fires, and the config wants that.',
  'guard-error': 'A guardrail could not answer, which counts as no.',
  'guards-blind': 'Guardrails could not see several times in a row.',

  applied: 'Every step of the run was carried out.',
  noop: 'The run found nothing to do.',
  cleared: 'The alert is gone and the probe is healthy; the hold time runs.',
  held: 'The alert stayed gone and the probe healthy for the whole hold time.',
  recurred: 'The alert came back, or the probe turned sick, within the hold time.',
  ineffective: 'The run was carried out and the trouble did not go away.',
  worse: 'Since the run, new alerts fire on the target or on what depends on it.',
  failed: 'A step of the run failed.',
  unknown: 'A step was cut off and nobody can tell whether it took effect.',
  'undo-failed': 'A step failed and putting back an earlier one failed too.',
  'handed-over': 'The remediation found that a person is needed.',
  'wait-requested': 'The remediation found that it must wait.',
  'remediation-missing': 'The remediation or a step of it no longer exists.',
  'plan-stale': 'The plan is too old to be carried out unseen.',
  'alert-gone': 'The alert was gone before anything was changed.',
  'trouble-back': 'The trouble is back that this was the all-clear of, before anything was changed.',

  deadline: 'The time that the rule gives for healing has passed.',
  'approval-expired': 'Nobody answered the request for approval in time.',
  'plan-changed': 'What was to be approved has changed since it was asked; it is asked anew.',
  'trusted-again': 'A person closed the breaker of the rule; what it had asked for is decided anew.',
  denied: 'A person denied the run.',
  approved: 'A person approved the run.',
  acknowledged: 'A person took the incident over.',
  'ack-lapsed': 'Whoever took the incident over has not ended it in the time for that.',
  'closed-by-person': 'A person closed the incident.',
  'source-resolved': 'The source says that the alert is resolved.',
  'cleared-by-itself': 'The alert was resolved and remedyd had changed nothing.',
  refired: 'An alert of this incident fires again.',
} as const;

export type Reason = keyof typeof REASONS;

export function isReason(word: string): word is Reason {
  return Object.hasOwn(REASONS, word);
}

const BLIND: readonly Reason[] = [
  'guard-error',
  'population-unknown',
  'population-stale',
  'population-empty',
  'population-implausible',
];

/** Whether a guardrail said no because it could not see, and not because of what it saw. Many of these in a row page. */
export function isBlind(reason: Reason): boolean {
  return BLIND.includes(reason);
}
