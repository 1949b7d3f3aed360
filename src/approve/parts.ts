import type { OwnAlert } from '../domain/own-alert.ts';
import type { Clock } from '../domain/time.ts';
import type { NotifyConfig } from '../notify/config.ts';
import type { Desk } from '../notify/slack/desk.ts';
import type { Log } from '../observe/log.ts';
import type { Metrics } from '../observe/metrics.ts';
import type { Remediation } from '../remediation/define.ts';
import type { Rulebook } from '../rules/rulebook.ts';
import type { Db } from '../store/db.ts';
import type { Handed } from '../store/outbox.ts';
import type { Members } from './members.ts';

/** What the stage needs that does what people ask for. */
export interface AnswerParts {
  readonly db: Db;
  readonly clock: Clock;
  readonly notify: NotifyConfig;
  /** The group that answers where a rule does not say it. */
  readonly approvers: string | null;
  readonly members: Members;
  /** Null where Slack is not configured; then nothing comes from there either. */
  readonly desk: Desk | null;
  readonly remediations: ReadonlyMap<string, Remediation>;
  readonly hardStop: AbortSignal;
  rulebook(): Rulebook;
  handOver(rows: readonly Handed[]): void;
  /** Why an incident stands as it does, in lines; null where there is none of this id. */
  why(id: string): Promise<readonly string[] | null>;
  /** Raises, or ends, an alert of remedyd's own; stored when it resolves. */
  tellOwn(alert: OwnAlert, status: 'firing' | 'resolved'): Promise<void>;
  /** Told of every answer and command, for the figures and the log. */
  onAnswer(kind: string, outcome: string): void;
  /** A person could not be answered; what they asked for was done all the same. */
  onUnsaid(why: string): void;
}

/** What the routes need by which requests of people come in. */
export interface PeopleRoutesParts
  extends Pick<AnswerParts, 'db' | 'clock' | 'notify' | 'desk' | 'hardStop' | 'handOver' | 'onUnsaid'> {
  readonly log: Log;
  readonly metrics: Metrics;
  stopping(): boolean;
}

/** What came of a request: what to tell the person, and the work to hand to the queue. */
export interface Done {
  readonly outcome: string;
  /** One line each; empty where there is nobody to tell. */
  readonly say: readonly string[];
  readonly handed: readonly Handed[];
}
