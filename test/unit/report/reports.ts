import type { Incident } from '../../../src/domain/incident.ts';
import type { TimelineView } from '../../../src/notify/view.ts';
import type { ReportView } from '../../../src/report/view.ts';
import { at, failedRun, phoneAlert, view } from '../notify/views.ts';

const entry = (
  time: string,
  type: string,
  summary: string,
  data: TimelineView['data'] = {},
  reason: TimelineView['reason'] = null,
): TimelineView => ({ at: at(time), type, reason, summary, data });

/** The night of a phone whose reconnect failed, as far as its history tells. */
export const history: readonly TimelineView[] = [
  entry(
    '03:02:30',
    'opened',
    'phone:offline fires on phone phone_07 (alertmanager)',
    { source: 'alertmanager', name: 'phone:offline' },
    'opened',
  ),
  entry('03:03:10', 'admitted', 'Run 1 of phones/reconnect begun', { run: failedRun.id }, 'admitted'),
  entry('03:04:12', 'run-ended', "phones/reconnect: step 'reconnect' failed: it answered 502", {}, 'failed'),
  entry('03:04:13', 'told', 'slack took the page', { channel: 'slack', topic: 'page' }),
  entry('03:04:14', 'untold', 'pagerduty refused the page: PagerDuty answered 400', {
    channel: 'pagerduty',
    topic: 'page',
  }),
  entry('03:09:00', 'acknowledged', 'ana took it over (Slack)', { by: 'ana', via: 'Slack' }, 'acknowledged'),
  entry('03:21:00', 'noted', 'ana noted (Slack): cause: the SIM card was blocked', {
    by: 'ana',
    via: 'Slack',
    about: 'cause',
    text: 'the SIM card was blocked',
  }),
  entry('03:24:00', 'noted', 'ana noted (Slack): fix: unblocked it at the provider', {
    by: 'ana',
    via: 'Slack',
    about: 'fix',
    text: 'unblocked it at the provider',
  }),
  entry('03:31:00', 'alerts-resolved', 'phone:offline is resolved, says the source (alertmanager)', {
    source: 'alertmanager',
    name: 'phone:offline',
  }),
  entry('03:31:02', 'told', 'slack took the end', { channel: 'slack', topic: 'end' }),
];

/** A report of that night, with whatever a test wants to be different. */
export function reportView(
  change: Partial<Incident> = {},
  rest: Partial<Omit<ReportView, 'incident'>> = {},
): ReportView {
  const { incident, evidence, rule } = view({
    state: 'closed',
    reason: 'source-resolved',
    firing: false,
    pagedAt: at('03:04:12'),
    ackedBy: 'ana',
    ackedAt: at('03:09:00'),
    endedAt: at('03:31:00'),
    updatedAt: at('03:31:00'),
    ...change,
  });
  return {
    incident,
    rule,
    alertCount: 1,
    alertNames: [{ name: 'phone:offline', count: 1, firing: 0 }],
    alerts: [{ ...phoneAlert, status: 'resolved' }],
    runs: [failedRun],
    evidence,
    timeline: history,
    brokenAt: null,
    debt: null,
    cameBackAs: null,
    postMortemDueAt: at('03:31:00') + 48 * 3_600_000,
    runbook: 'https://git.example.com/ops/blob/main/docs/runbooks/phones.md#offline',
    statusUrl: 'https://remedyd.example.com/api/incidents/inc-1kb2f3x-7d0m4qzt',
    ...rest,
  };
}
