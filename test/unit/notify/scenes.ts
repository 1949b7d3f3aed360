import type { Topic } from '../../../src/domain/event.ts';
import type { Incident } from '../../../src/domain/incident.ts';
import type { JsonObject } from '../../../src/domain/json.ts';
import { REASONS, type Reason } from '../../../src/domain/reason.ts';
import type { AlertView, ApprovalView, IncidentView, RunView, TimelineView } from '../../../src/notify/view.ts';
import { at, failedRun, NOW, phoneAlert, view } from './views.ts';

/** One moment in which somebody reads something. */
export interface Scene {
  readonly topic: Topic;
  readonly view: IncidentView;
  /** Which of Slack's messages it is; `answered` is a question that is no longer open. */
  readonly slack?: 'full' | 'news' | 'answered';
}

const line = (reason: Reason, type: string, data: JsonObject = {}, clock = '03:02:31'): TimelineView => ({
  at: at(clock),
  type,
  reason,
  summary: REASONS[reason],
  data,
});

const opened: TimelineView = {
  at: at('03:02:30'),
  type: 'opened',
  reason: 'opened',
  summary: 'phone:offline fires (alertmanager)',
  data: {},
};

const [looked = failedRun.steps[0], reconnect = failedRun.steps[1]] = failedRun.steps;
const steps = (...all: readonly (RunView['steps'][number] | undefined)[]) => all.filter((one) => one !== undefined);
const done = { name: 'reconnect', phase: 'ended', result: { status: 'ok' }, error: null } as const;

/** A run that came to something else than failing. */
const run = (change: Partial<RunView>): RunView => ({ ...failedRun, why: null, steps: steps(looked, done), ...change });

const page = (
  reason: Reason,
  change: Partial<Incident> = {},
  rest: Partial<Omit<IncidentView, 'incident'>> = {},
): Scene => ({ topic: 'page', view: view({ reason, ...change }, rest) });

/** Paged by the very decision: nothing was tried. */
const decided = (reason: Reason, data: JsonObject = {}, change: Partial<Incident> = {}) =>
  page(reason, change, { runs: [], evidence: [], timeline: [opened, line(reason, 'escalated', data)] });

const own = (name: string, summary: string, target: { kind: string; id: string }, severity: 'critical' | 'high') => {
  const alert: AlertView = {
    source: 'remedyd',
    status: 'firing',
    name,
    labels: { alertname: name, severity, target_kind: target.kind, target_id: target.id },
    annotations: { summary },
    startsAt: at('03:17:28'),
  };
  return page(
    'own-alert',
    { severity, rule: 'unmatched', target, openedAt: at('03:17:28') },
    { rule: null, runs: [], evidence: [], timeline: [], alerts: [alert] },
  );
};

/** Held by a guardrail until the deadline. */
const heldBack = (reason: Reason, numbers: JsonObject) => {
  const guards = [{ guard: reason, ok: false, reason, numbers }];
  const held = line(reason, 'held', { guards, until: at('03:20:00') });
  const passed = line('deadline', 'deadline-passed', { state: 'held', heldFor: reason }, '03:17:30');
  return page('deadline', {}, { runs: [], evidence: [], timeline: [opened, held, passed] });
};

export const question: ApprovalView = {
  id: 'apr-1kb2f3x-00000001',
  remediation: 'queues/drain',
  summary: 'Exports every job of a queue to the evidence and empties it.',
  risk: 'high',
  params: { queue: 'bronze:ingest:csv', limit: 5_000 },
  from: 'oncall',
  onCall: ['Anna', 'Bob'],
  needs: 2,
  target: { kind: 'queue', id: 'bronze:ingest:csv' },
  guards: [
    { guard: 'pause', ok: true, numbers: {} },
    { guard: 'cooldown', ok: true, numbers: { cooldownMs: 600_000, lastRunEnded: null } },
    { guard: 'budget', ok: true, numbers: { used: 1, runs: 3, perMs: 3_600_000 } },
  ],
  decision: null,
  decidedAt: null,
  answers: [],
  expiresAt: at('03:27:30'),
};

const backlog: AlertView = {
  source: 'signoz',
  status: 'firing',
  name: 'queue:depth',
  labels: { alertname: 'queue:depth', severity: 'HIGH', queue: 'bronze:ingest:csv' },
  annotations: { summary: 'bronze:ingest:csv has 48,211 jobs waiting' },
  startsAt: at('03:02:00'),
};

const yes = (name: string, clock: string) => ({ name, answer: 'approve' as const, why: null, at: at(clock) });
const no = {
  name: 'Bob',
  answer: 'deny' as const,
  why: 'the carrier works on it, wait for their all-clear',
  at: at('03:16:40'),
};

/** The queue's incident at some point of the life of its question. */
const asked = (
  topic: Topic,
  approval: Partial<ApprovalView>,
  change: Partial<Incident> = {},
  rest: Partial<Omit<IncidentView, 'incident'>> = {},
  slack?: Scene['slack'],
): Scene => ({
  topic,
  view: view(
    {
      rule: 'queue-depth',
      target: { kind: 'queue', id: 'bronze:ingest:csv' },
      state: 'approving',
      reason: 'high-risk',
      pagedAt: null,
      ...change,
    },
    {
      rule: {
        description: 'A queue grows faster than its workers take from it.',
        runbook: 'docs/runbooks/queues.md#backlog',
      },
      alerts: [backlog],
      runs: [],
      evidence: [],
      timeline: [{ ...opened, summary: 'queue:depth fires (signoz)' }],
      approval: { ...question, ...approval },
      ...rest,
    },
  ),
  ...(slack === undefined ? {} : { slack }),
});

const drained = run({
  remediation: 'queues/drain',
  outcome: null,
  endedAt: null,
  startedAt: at('03:17:00'),
  steps: [],
});
const approvedBy = {
  decision: 'approved' as const,
  decidedAt: at('03:16:55'),
  answers: [yes('Anna', '03:16:10'), yes('Bob', '03:16:55')],
};

const gone = [{ ...phoneAlert, status: 'resolved' as const }];
const healed = { state: 'healed', reason: 'held', endedAt: NOW, firing: false } as const;
const helped = {
  runs: [run({ outcome: 'held' })],
  evidence: [],
  alerts: gone,
  timeline: [
    opened,
    { ...line('admitted', 'admitted', {}, '03:03:10'), summary: 'Every guardrail let phones/reconnect start' },
    { ...line('held', 'verified', {}, '03:17:30'), summary: REASONS.held },
  ],
};
const climbed = (say: string): Scene => page('failed', {}, { notes: [say] });

/** Every message about an incident, by the name of its file. */
export const SCENES: Readonly<Record<string, Scene>> = {
  // Why somebody is woken.
  'page-failed': page('failed'),
  'page-undo-failed': page(
    'undo-failed',
    {},
    {
      runs: [
        run({
          outcome: 'unknown',
          why: "putting back step 'drain' failed: the balancer answered 503",
          steps: steps(looked, {
            name: 'drain',
            phase: 'undo-failed',
            result: null,
            error: 'the balancer answered 503',
          }),
        }),
      ],
    },
  ),
  'page-unknown': page(
    'unknown',
    {},
    {
      runs: [
        run({
          outcome: 'unknown',
          why: "step 'reconnect' was cut off; nobody can tell whether it took effect, so it was not repeated",
          steps: steps(looked, { name: 'reconnect', phase: 'begun', result: null, error: null }),
        }),
      ],
    },
  ),
  'page-ineffective': page('ineffective', {}, { runs: [run({ outcome: 'ineffective' })] }),
  'page-recurred': page('recurred', { recurrenceOf: 'inc-1kb2a00-00000009' }, { runs: [run({ outcome: 'recurred' })] }),
  'page-worse': page(
    'worse',
    {},
    { runs: [run({ outcome: 'worse', why: '2 new alerts since its first change: queue:depth, error:rate' })] },
  ),
  'page-handed-over': page(
    'handed-over',
    {},
    {
      runs: [
        run({
          outcome: 'stopped',
          why: "Phone 'phone_07' needs a QR scan. Open the TimelinesAI dashboard, scan the QR code with the phone and wait 5 min",
          steps: steps(looked),
        }),
      ],
    },
  ),
  'page-wait-requested': page(
    'wait-requested',
    {},
    {
      runs: [
        run({
          outcome: 'stopped',
          why: 'the carrier limits reconnects; waits until 2026-03-01T03:30:00.000Z',
          steps: steps(looked),
        }),
      ],
    },
  ),
  'page-plan-stale': page(
    'plan-stale',
    {},
    {
      runs: [
        run({
          outcome: 'stopped',
          why: "stopped before step 'reconnect': the plan is 12 min old",
          steps: steps(looked),
        }),
      ],
    },
  ),
  'page-denied': asked(
    'page',
    { decision: 'denied', decidedAt: at('03:16:40'), answers: [no] },
    {
      state: 'escalated',
      reason: 'denied',
      pagedAt: NOW,
    },
  ),
  'page-approval-expired': asked(
    'page',
    { decision: 'expired', decidedAt: NOW },
    {
      state: 'escalated',
      reason: 'approval-expired',
      pagedAt: NOW,
    },
  ),
  'page-unmatched': page(
    'unmatched',
    { rule: 'unmatched', severity: 'critical', target: { kind: 'host', id: 'db-1' } },
    {
      rule: null,
      runs: [],
      evidence: [],
      timeline: [opened],
      alerts: [
        {
          ...phoneAlert,
          name: 'DiskFull',
          labels: { alertname: 'DiskFull', host: 'db-1' },
          annotations: { summary: '/var/lib/postgresql is 97 % full' },
        },
      ],
    },
  ),
  'page-no-remediation': decided('no-remediation'),
  'page-ambiguous-rules': decided('ambiguous-rules', { rules: ['phone-offline', 'phone-anything'] }),
  'page-match-error': decided('match-error', { why: "the target of phones/reconnect threw: no label 'phone_id'" }),
  'page-params-invalid': decided('params-invalid', {
    remediation: 'phones/reconnect',
    why: "phone: expected text like phone_07, and the label 'phone_id' is 'phone 7'",
  }),
  'page-remediation-missing': decided('remediation-missing', { remediation: 'phones/reconect' }),
  'page-guards-blind': decided('guards-blind', {
    guard: 'population',
    cause: 'population-unknown',
    inARow: 5,
    error: 'GET /phones answered 503',
  }),
  'page-deadline-held-by-pause': heldBack('paused', {
    scope: 'rule',
    key: 'phone-offline',
    owner: 'anna@bastion',
    why: 'new SIM cards',
    until: null,
  }),
  'page-deadline-held-by-budget': heldBack('budget', { used: 3, runs: 3, perMs: 3_600_000 }),
  'page-deadline-held-by-common-cause': heldBack('common-cause', {
    recent: 9,
    after: 3,
    withinMs: 300_000,
    sick: 9,
    population: 20,
    percent: 20,
  }),
  'page-deadline-running': page(
    'deadline',
    { state: 'running' },
    {
      runs: [
        {
          ...failedRun,
          outcome: null,
          why: null,
          endedAt: null,
          startedAt: at('03:16:00'),
          steps: steps(looked, { ...reconnect, name: 'reconnect', phase: 'begun', result: null, error: null }),
        },
      ],
    },
  ),
  'page-deadline-verifying': page('applied', { state: 'verifying' }, { runs: [run({ outcome: 'applied' })] }),
  'page-deadline-watching': page('observe-mode', { state: 'observing' }, { runs: [], evidence: [] }),
  'page-at-once': page(
    'admitted',
    { severity: 'critical', state: 'running', pagesInParallel: true },
    {
      runs: [
        run({
          outcome: null,
          endedAt: null,
          steps: steps({ name: 'diagnose', phase: 'begun', result: null, error: null }),
        }),
      ],
    },
  ),
  'page-storm': own(
    'RuleStorm',
    "The rule 'phone-offline' opened more than 8 incidents within 5 min: 31 are open. Nothing of it starts until it has opened none for 10 min; this page stands for all of them.",
    { kind: 'storm', id: 'phone-offline' },
    'high',
  ),
  'page-common-cause': own(
    'CommonCause',
    "What the rule 'phone-offline' acts on is sick in too many places at once for it to be the trouble of each: 9 are open. Nothing more of it starts; look for what they have in common. This page stands for all of them.",
    { kind: 'common-cause', id: 'phone-offline' },
    'high',
  ),
  'page-isolated': own(
    'SelfIsolated',
    'remedyd cannot reach its surroundings, so what it sees may be its own trouble, and it starts nothing for the rules phone-offline (4). Look at its host and network first.',
    { kind: 'service', id: 'remedyd' },
    'high',
  ),
  'page-emergency-stop': own(
    'remedyd:emergency-stop',
    'Anna stopped all remediation: it restarts the wrong workers. Nothing heals by itself until it is resumed.',
    { kind: 'service', id: 'remedyd' },
    'critical',
  ),

  // The climb, and what stands in for a channel.
  'climb-l2': climbed('L2 (Bob is on call, Cora stands by) is told: nobody has taken it for 15 min.'),
  'climb-ack-lapsed': climbed('L2 (DevOps lead) is told: it was taken 30 min ago and is still open.'),
  'climb-repeated': climbed('L3 (engineering manager) is told again: it is still open and nobody has it.'),
  'stand-in-late': climbed(
    'pagerduty could not be reached for 1 min (PagerDuty answered 503), so this comes here too; it is still being tried.',
  ),
  'stand-in-refused': climbed("slack refused this page, so it comes here: Slack answered 'channel_not_found'"),

  // The life of a question.
  'question-asked': asked('ask', {}),
  'question-one-of-two': asked('count', { answers: [yes('Anna', '03:16:10')] }),
  'question-approved': asked(
    'update',
    approvedBy,
    { state: 'running', reason: 'admitted' },
    { runs: [drained] },
    'answered',
  ),
  'question-denied': asked(
    'page',
    { decision: 'denied', decidedAt: at('03:16:40'), answers: [no] },
    { state: 'escalated', reason: 'denied', pagedAt: NOW },
    {},
    'answered',
  ),
  'question-expired': asked(
    'page',
    { decision: 'expired', decidedAt: NOW },
    { state: 'escalated', reason: 'approval-expired', pagedAt: NOW },
    {},
    'answered',
  ),
  'question-changed': asked(
    'update',
    { decision: 'void', decidedAt: at('03:16:55'), answers: [] },
    { state: 'received', reason: 'plan-changed' },
    {},
    'answered',
  ),
  'question-healed-after': asked(
    'end',
    approvedBy,
    healed,
    { runs: [{ ...drained, outcome: 'held', endedAt: at('03:17:20') }] },
    'answered',
  ),

  // What comes after.
  'update-taken': { topic: 'update', view: view({ ackedBy: 'Ana', ackedAt: NOW }), slack: 'news' },
  'update-second-cause': {
    topic: 'update',
    view: view(
      { reason: 'worse', pagedAt: at('03:10:00') },
      { runs: [run({ outcome: 'worse', why: '2 new alerts since its first change: queue:depth, error:rate' })] },
    ),
    slack: 'news',
  },
  'update-approved': asked('update', approvedBy, { state: 'received', reason: 'approved' }, {}, 'news'),
  'end-healed': { topic: 'end', view: view(healed, { ...helped }), slack: 'news' },
  'end-healed-in-silence': {
    topic: 'end',
    view: view({ ...healed, pagedAt: null }, { ...helped }),
    slack: 'full',
  },
  'end-post-mortem': {
    topic: 'end',
    view: view({ ...healed, severity: 'critical' }, { ...helped, postMortemDueAt: NOW + 2 * 86_400_000 }),
    slack: 'news',
  },
  'end-recurrence': {
    topic: 'end',
    view: view({ ...healed, recurrenceOf: 'inc-1kb2a00-00000009' }, { ...helped }),
    slack: 'news',
  },
  'end-source': {
    topic: 'end',
    view: view(
      { state: 'closed', reason: 'source-resolved', ackedBy: 'Ana', endedAt: NOW, firing: false },
      { alerts: gone },
    ),
    slack: 'news',
  },
  'end-by-itself': {
    topic: 'end',
    view: view(
      { state: 'closed', reason: 'cleared-by-itself', endedAt: NOW, firing: false },
      { runs: [], evidence: [], timeline: [opened], alerts: gone },
    ),
    slack: 'news',
  },
  'end-closed-by-person': {
    topic: 'end',
    view: view(
      { state: 'closed', reason: 'closed-by-person', endedAt: NOW, ackedBy: 'Ana' },
      {
        timeline: [
          opened,
          {
            ...line('closed-by-person', 'closed', { by: 'Ana', via: 'PagerDuty' }, '03:17:30'),
            summary: 'Ana closed it (PagerDuty)',
          },
        ],
      },
    ),
    slack: 'news',
  },
};
