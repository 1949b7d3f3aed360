import type { ApiIncidentDetail, DaemonClient } from '../support/daemon/client.ts';
import type { FakePagerDuty } from '../support/fakes/pagerduty/pagerduty.ts';
import type { Scenario } from './scenarios.ts';

/** What is known of one scenario at one moment. */
export interface Progress {
  readonly scenario: Scenario;
  /** Null until its alert has come in. */
  readonly incident: ApiIncidentDetail | null;
  /** In words: what is going on. */
  readonly phase: string;
  readonly seconds: number;
  readonly paged: number;
  readonly ended: boolean;
  /** Every step that changes something, as `remediation step`. */
  readonly changing: ReadonlySet<string>;
}

/** @returns every step that changes something, as `remediation step`. */
export async function changingSteps(daemon: DaemonClient): Promise<ReadonlySet<string>> {
  const { items } = await daemon.get<{
    items: { name: string; steps: { name: string; effect: 'reads' | 'changes' }[] }[];
  }>('/api/remediations');
  const changing = items.flatMap(({ name, steps }) =>
    steps.filter(({ effect }) => effect === 'changes').map((step) => `${name} ${step.name}`),
  );
  return new Set(changing);
}

/** Looks at every scenario through the API, as anybody could. */
export async function lookAt(
  scenarios: readonly Scenario[],
  daemon: DaemonClient,
  pagerduty: FakePagerDuty,
  changing: ReadonlySet<string>,
): Promise<readonly Progress[]> {
  const now = Date.now();
  const all = await daemon.incidents();
  return await Promise.all(
    scenarios.map(async (scenario) => {
      const found = all.find(({ target }) => `${target.kind}:${target.id}` === scenario.target);
      const incident = found === undefined ? null : await daemon.incident(found.id);
      const paged = pagerduty.events.filter((one) => isPage(one) && one.dedup_key === incident?.id).length;
      const phase = incident === null ? 'waiting for the alert' : phaseOf(incident);
      return {
        scenario,
        incident,
        phase,
        seconds: secondsOf(incident, now),
        paged,
        ended: hasEnded(incident, paged, pagerduty),
        changing,
      };
    }),
  );
}

function isPage({ event_action }: { readonly event_action: string }): boolean {
  return event_action === 'trigger';
}

/** An escalation is over, for us, when the page has gone out; a healing when its page, if there was one, is resolved. */
function hasEnded(incident: ApiIncidentDetail | null, paged: number, pagerduty: FakePagerDuty): boolean {
  if (incident === null) return false;
  if (incident.state === 'escalated') return paged > 0;
  const over = ['healed', 'closed', 'ignored'].includes(incident.state);
  return over && (paged === 0 || pagerduty.incident(incident.id)?.status === 'resolved');
}

function phaseOf(incident: ApiIncidentDetail): string {
  const { state } = incident;
  const run = incident.runs.at(-1);
  switch (state) {
    case 'running':
      return `${run?.remediation ?? 'repair'}: ${stepOf(incident)}`;
    case 'verifying':
      return incident.reason === 'cleared' ? 'alert is gone, watching it' : 'repaired, checking';
    case 'escalated':
      return 'handed to a person';
    case 'held':
      return `waiting: ${incident.reason}`;
    default:
      return state;
  }
}

/** The step that the journal shows begun last. */
function stepOf({ evidence, runs }: ApiIncidentDetail): string {
  const run = runs.at(-1)?.id;
  const begun = evidence.filter((line) => line.run === run && line.phase === 'begun');
  return String(begun.at(-1)?.step ?? 'starting');
}

/** From the alert to the proof that it is healed, or to the page. */
function secondsOf(incident: ApiIncidentDetail | null, now: number): number {
  if (incident === null) return 0;
  const end = incident.endedAt ?? (incident.state === 'escalated' ? incident.pagedAt : null);
  return (
    (Math.max(end === null ? now : Date.parse(end), Date.parse(incident.openedAt)) - Date.parse(incident.openedAt)) /
    1_000
  );
}
