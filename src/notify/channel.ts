import type { JsonObject } from '../domain/json.ts';
import type { Severity } from '../domain/severity.ts';
import type { Millis } from '../domain/time.ts';
import type { Message } from './message.ts';
import type { Notice } from './notice.ts';
import type { Attachment, Remark } from './remark.ts';

/**
 * A way to tell people: Slack, PagerDuty, email. A channel knows nothing of incidents' lives, of retries or of other channels;
 * it carries one message and says what came of it.
 */
export interface Channel {
  /** As the config and the metrics call it: `slack`, `pagerduty`. */
  readonly name: string;
  /**
   * Whether it reaches those who can act. What such a channel cannot deliver goes to others like it, and a page that none
   * of them takes is unheard; what only informs the public neither stands in nor counts.
   */
  readonly pages: boolean;
  /** The severities that it takes pages of where `notify.channels` does not say; left out, all of them. */
  readonly severities?: readonly Severity[];
  /** False where a question cannot be put: it stands in for pages only. */
  readonly asks?: false;
  /** Set where the other side wants one message at a time, from all replicas together: the pause after each. */
  readonly apart?: Millis;
  /** Whether a message of this channel carries a file; the end of an incident then brings its report along. */
  readonly carriesFiles?: true;
  /** Whether this channel has anything to do for the message. What it does not want is never sent and never counted. */
  wants(message: Message): boolean;
  /**
   * Delivers one message. Never throws and never retries by itself: whatever goes wrong is an answer, and the outbox
   * decides when to ask again. Messages of one incident must come one after another and in order, each with the `ref`
   * that the one before answered with.
   */
  send(message: Message, ctx: SendContext): Promise<Delivery>;
  /** Posts what belongs to no incident. Left out by channels that only wake people. Never throws. */
  notice?(notice: Notice, signal: AbortSignal): Promise<Delivery>;
  /** Says something in the thread of an incident and nowhere else: it wakes nobody. Left out by channels without threads. Never throws. */
  remark?(remark: Remark, ctx: ThreadContext): Promise<Delivery>;
  /** Puts a file into that thread, or says there how to come by it. Left out by channels without files. Never throws. */
  attach?(file: Attachment, ctx: ThreadContext): Promise<Delivery>;
  /**
   * Tries the channel by hand. Left out where sending the message is the test; here where that would leave something
   * behind, or tell strangers. Never throws.
   */
  test?(message: Message, ctx: SendContext): Promise<Delivery>;
}

export interface SendContext {
  /** Cuts the call off, for example at shutdown; it then answers `retry`. */
  readonly signal: AbortSignal;
  /**
   * What the last answer for this incident on this channel that had a `ref` said; null for the first message. That may
   * have been a `retry` of this very message.
   */
  readonly ref: JsonObject | null;
  /** A place of this channel that was asked for, such as a room; without it the channel chooses. */
  readonly address?: string | null;
  /** Whom the message is for beside those that the channel always mentions: Slack user ids. */
  readonly mention?: readonly string[];
  /** What comes along with the message, on channels that carry files. */
  readonly file?: Attachment | null;
  /** The same for every attempt of one message, and no other message's anywhere. */
  readonly idempotencyKey: string;
}

/** What is needed to speak in a thread that exists. */
export interface ThreadContext {
  readonly signal: AbortSignal;
  /** What the last message of the thread answered with. */
  readonly ref: JsonObject;
  /** Slack user ids. */
  readonly mention: readonly string[];
}

export type Delivery =
  /**
   * Taken by the other side. `ref` is what the next message of the same incident needs; it replaces the one before.
   * `note` is what went wrong all the same, such as one recipient of several; `said` is the other side's answer.
   */
  | { readonly kind: 'sent'; readonly ref: JsonObject | null; readonly note?: string; readonly said?: string }
  /**
   * Not now. `after` is how long the other side asks us to wait, null where it says nothing. `ref` is for the next attempt:
   * which part of the message has been taken, so that it is not sent twice.
   */
  | { readonly kind: 'retry'; readonly after: Millis | null; readonly why: string; readonly ref?: JsonObject }
  /** Never, as it stands: asking again gives the same answer, so another channel has to be used. */
  | { readonly kind: 'rejected'; readonly why: string };
