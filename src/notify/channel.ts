import type { JsonObject } from '../domain/json.ts';
import type { Millis } from '../domain/time.ts';
import type { Message } from './message.ts';
import type { Notice } from './notice.ts';

/**
 * A way to tell people: Slack, PagerDuty. A channel knows nothing of incidents' lives, of retries or of other channels;
 * it carries one message and says what came of it.
 */
export interface Channel {
  /** As the config and the metrics call it: `slack`, `pagerduty`. */
  readonly name: string;
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
}

export interface SendContext {
  /** Cuts the call off, for example at shutdown; it then answers `retry`. */
  readonly signal: AbortSignal;
  /** What the last `sent` of this incident on this channel answered with; null for the first message. */
  readonly ref: JsonObject | null;
  /** A place of this channel that was asked for, such as a room; without it the channel chooses. */
  readonly address?: string | null;
  /** The same for every attempt of one message. */
  readonly idempotencyKey: string;
}

export type Delivery =
  /** Taken by the other side. `ref` is what the next message of the same incident needs; it replaces the one before. */
  | { readonly kind: 'sent'; readonly ref: JsonObject | null }
  /** Not now. `after` is how long the other side asks us to wait, null where it says nothing. */
  | { readonly kind: 'retry'; readonly after: Millis | null; readonly why: string }
  /** Never, as it stands: asking again gives the same answer, so another channel has to be used. */
  | { readonly kind: 'rejected'; readonly why: string };
