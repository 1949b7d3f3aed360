import { type Cadence, postMortemDueAt } from '../domain/cadence.ts';
import type { Groups } from '../domain/people.ts';
import type { Rotation } from '../domain/rotation.ts';
import type { Clock } from '../domain/time.ts';
import type { Channel } from '../notify/channel.ts';
import type { NotifyConfig } from '../notify/config.ts';
import { readView, type ViewSources } from '../notify/read-view.ts';
import type { IncidentView } from '../notify/view.ts';
import type { Remediation } from '../remediation/define.ts';
import type { Db } from '../store/db.ts';
import type { Handed } from '../store/outbox.ts';
import { isNoted } from '../store/timeline.ts';
import type { EscalationConfig } from './config.ts';
import type { PutOffParts } from './put-off.ts';

/** What the stages need that tell people. */
export interface PeopleParts extends PutOffParts {
  readonly db: Db;
  readonly clock: Clock;
  readonly channels: ReadonlyMap<string, Channel>;
  readonly notify: NotifyConfig;
  readonly escalation: EscalationConfig;
  /** The group that answers where a rule does not say it. */
  readonly approvers: string | null;
  readonly rotations: readonly Rotation[];
  /** What people owe an incident, by severity. */
  readonly incidents: { readonly updates: Cadence; readonly post_mortem: Cadence };
  /** Who belongs to the groups of people. */
  readonly groups: Groups;
  readonly remediations: ReadonlyMap<string, Remediation>;
  readonly hardStop: AbortSignal;
  random(): number;
  handOver(rows: readonly Handed[]): void;
  /** Told of every message's fate, for the figures and the log. */
  onTold(channel: string, topic: string, outcome: 'sent' | 'retry' | 'rejected', why: string | null): void;
  /** An incident is handed to people, for the figures. */
  onEscalated(reason: string): void;
  /** Nobody can be reached: no channel is configured, or every one has refused. */
  onUnreachable(incidentId: string, why: string): void;
  /** The report of an incident as markdown; undefined where there is none. */
  report(incidentId: string): Promise<string | undefined>;
  /** News for the team that no channel took, or for which there is no channel. */
  onUnheard(title: string): void;
}

function viewSources({ db, clock, notify, approvers, groups, remediations, rulebook }: PeopleParts): ViewSources {
  return {
    db,
    rulebook: rulebook(),
    remediations,
    statusBaseUrl: notify.links.status ?? null,
    runbookBaseUrl: notify.links.runbooks ?? null,
    approvers,
    groups,
    now: clock.now(),
  };
}

/** What a message about an incident is written from, with what people still owe it; undefined where there is none. */
export async function viewFor(
  parts: PeopleParts,
  incidentId: string,
  notes: readonly string[],
): Promise<IncidentView | undefined> {
  const view = await readView(viewSources(parts), incidentId, notes);
  if (view === undefined) return undefined;
  const due = postMortemDueAt(parts.incidents.post_mortem, view.incident);
  const isOwed = due !== null && !(await isNoted(parts.db, incidentId, 'post-mortem'));
  return { ...view, postMortemDueAt: isOwed ? due : null };
}
