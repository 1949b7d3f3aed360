import { Counter, Gauge, Histogram, Registry } from 'prom-client';

/** The figures of the service. Labels are few: rule and reason yes, target and fingerprint no. */
export interface Metrics {
  readonly registry: Registry;
  readonly webhooks: Counter<'source' | 'outcome'>;
  readonly alerts: Counter<'source' | 'meaning'>;
  readonly decisions: Counter<'rule' | 'verdict' | 'reason'>;
  readonly runs: Counter<'rule' | 'remediation' | 'outcome'>;
  readonly firstStep: Histogram;
  readonly heal: Histogram<'rule'>;
  readonly escalations: Counter<'reason'>;
  readonly notifications: Counter<'channel' | 'topic' | 'outcome'>;
  readonly breakers: Gauge<'channel'>;
  readonly unheard: Gauge;
  readonly answers: Counter<'kind' | 'outcome'>;
  readonly outboxDepth: Gauge;
  readonly outboxOldest: Gauge;
  readonly approvals: Gauge;
  readonly incidents: Gauge<'state'>;
  readonly paused: Gauge<'scope'>;
  readonly demoted: Gauge<'rule'>;
  readonly debts: Gauge<'rule'>;
  readonly rulesLoaded: Gauge;
  readonly swept: Counter<'kind'>;
  readonly queueErrors: Counter;
  readonly probes: Counter<'probe' | 'result'>;
}

export function createMetrics(): Metrics {
  const registry = new Registry();
  const registers = [registry];
  const counter = <L extends string>(name: string, help: string, labelNames: readonly L[]) =>
    new Counter<L>({ name, help, labelNames: [...labelNames], registers });
  const gauge = <L extends string>(name: string, help: string, labelNames: readonly L[] = []) =>
    new Gauge<L>({ name, help, labelNames: [...labelNames], registers });
  return {
    registry,
    webhooks: counter('remedyd_webhooks_total', 'Webhooks by what became of them.', ['source', 'outcome']),
    alerts: counter('remedyd_alerts_total', 'Delivered alerts by what they meant.', ['source', 'meaning']),
    decisions: counter('remedyd_decisions_total', 'Verdicts with their reasons.', ['rule', 'verdict', 'reason']),
    runs: counter('remedyd_runs_total', 'Runs that ended, by outcome; only held is a success.', [
      'rule',
      'remediation',
      'outcome',
    ]),
    firstStep: new Histogram({
      name: 'remedyd_time_to_first_step_seconds',
      help: 'From the admission of a run to its first step.',
      buckets: [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 60],
      registers,
    }),
    heal: new Histogram({
      name: 'remedyd_time_to_heal_seconds',
      help: 'From the opening of an incident to its verified end.',
      labelNames: ['rule'],
      buckets: [5, 15, 30, 60, 120, 300, 600, 900, 1_800, 3_600],
      registers,
    }),
    escalations: counter('remedyd_escalations_total', 'Incidents handed to a person, by reason.', ['reason']),
    notifications: counter('remedyd_notifications_total', 'Messages by channel and fate.', [
      'channel',
      'topic',
      'outcome',
    ]),
    breakers: gauge('remedyd_channel_breaker_open', '1 while a channel is left alone because it did not answer.', [
      'channel',
    ]),
    unheard: gauge('remedyd_pages_unheard', 'Pages that no channel has taken for a minute.'),
    answers: counter('remedyd_answers_total', 'What people answered and commanded, by what came of it.', [
      'kind',
      'outcome',
    ]),
    outboxDepth: gauge('remedyd_outbox_depth', 'Rows of owed work, due or not.'),
    outboxOldest: gauge('remedyd_outbox_oldest_due_seconds', 'How long the oldest due row has been due.'),
    approvals: gauge('remedyd_approvals_pending', 'Requests that wait for an answer.'),
    incidents: gauge('remedyd_incidents_open', 'Open incidents by state.', ['state']),
    paused: gauge('remedyd_paused', 'Pauses that stand, by what they stop.', ['scope']),
    demoted: gauge('remedyd_rules_demoted', '1 for a rule that asks since a breaker of it broke.', ['rule']),
    debts: gauge('remedyd_recurrence_debts', 'Targets that the rule heals again and again.', ['rule']),
    rulesLoaded: gauge(
      'remedyd_rules_loaded_ok',
      '1 while the rules on disk are the ones in force, 0 while they are faulty.',
    ),
    swept: counter('remedyd_sweep_found_total', 'Owed work that was missing and had to be made up for.', ['kind']),
    queueErrors: counter('remedyd_queue_errors_total', 'Errors of the queue and its connections.', []),
    probes: counter('remedyd_probes_total', 'Looks of the health probes.', ['probe', 'result']),
  };
}
