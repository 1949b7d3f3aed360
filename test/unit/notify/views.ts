import type { Incident } from '../../../src/domain/incident.ts';
import { fromIso, type Time } from '../../../src/domain/time.ts';
import type { AlertView, IncidentView, RunView } from '../../../src/notify/view.ts';

/** A moment of a night, as a time. */
export function at(clock: string): Time {
  return fromIso(`2026-03-01T${clock}Z`) ?? Number.NaN;
}

export const NOW = at('03:17:30');

export const phoneAlert: AlertView = {
  source: 'alertmanager',
  status: 'firing',
  name: 'phone:offline',
  labels: { alertname: 'phone:offline', severity: 'HIGH', phone_id: 'phone_07', account: 'acc-12' },
  annotations: { summary: 'Phone phone_07 has been offline for 5 minutes' },
  startsAt: at('03:02:00'),
};

export const failedRun: RunView = {
  id: 'run-1kb2f3x-00000001',
  remediation: 'phones/reconnect',
  summary: 'Reconnects one WhatsApp phone through the API and resumes sending.',
  outcome: 'failed',
  why: "step 'reconnect' failed: POST /phones/phone_07/reconnect answered 502",
  startedAt: at('03:03:10'),
  endedAt: at('03:04:12'),
  steps: [
    { name: 'diagnose', phase: 'ended', result: { status: 'disconnected', lastSeen: '02:58' }, error: null },
    { name: 'reconnect', phase: 'failed', result: null, error: 'POST /phones/phone_07/reconnect answered 502' },
  ],
};

const incident: Incident = {
  id: 'inc-1kb2f3x-7d0m4qzt',
  rule: 'phone-offline',
  target: { kind: 'phone', id: 'phone_07' },
  severity: 'high',
  state: 'escalated',
  reason: 'failed',
  openedAt: at('03:02:30'),
  updatedAt: at('03:17:30'),
  endedAt: null,
  deadlineAt: null,
  pagesInParallel: false,
  firing: true,
  attempt: 0,
  tries: 1,
  runId: null,
  approvalId: null,
  askAt: null,
  pagedAt: at('03:17:30'),
  ackedBy: null,
  ackedAt: null,
  recurrenceOf: null,
  coveredBy: null,
  blind: 0,
  version: 7,
};

/** The incident of a phone whose reconnect failed, with whatever a test wants to be different. */
export function view(change: Partial<Incident> = {}, rest: Partial<Omit<IncidentView, 'incident'>> = {}): IncidentView {
  return {
    incident: { ...incident, ...change },
    rule: {
      description: 'A WhatsApp phone dropped off TimelinesAI; most come back by a reconnect through the API.',
      runbook: 'docs/runbooks/phones.md#offline',
    },
    alerts: [phoneAlert],
    runs: [failedRun],
    timeline: [
      { at: at('03:02:30'), type: 'opened', reason: 'opened', summary: 'Opened by phone:offline', data: {} },
      {
        at: at('03:03:10'),
        type: 'admitted',
        reason: 'admitted',
        summary: 'Run 1 of phones/reconnect begun',
        data: {},
      },
      { at: at('03:04:12'), type: 'run-ended', reason: 'failed', summary: 'phones/reconnect failed', data: {} },
    ],
    evidence: [
      { at: at('03:03:12'), from: 'diagnose', data: { status: 'disconnected', queue: { wait: 40, active: 0 } } },
      { at: at('03:04:11'), from: 'reconnect', data: { call: 'POST /phones/phone_07/reconnect', status: 502 } },
    ],
    approval: null,
    statusBaseUrl: 'https://remedyd.example.com',
    runbookBaseUrl: 'https://git.example.com/ops/blob/main',
    notes: [],
    ...rest,
  };
}
