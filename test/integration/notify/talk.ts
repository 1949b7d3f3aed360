import type { JsonObject } from '../../../src/domain/json.ts';
import type { Channel, Delivery, SendContext } from '../../../src/notify/channel.ts';
import type { Message } from '../../../src/notify/message.ts';

/** Speaks to a channel as the outbox does: what an answer gave as `ref` goes along with the next attempt or message. */
export function talkTo(channel: Channel) {
  let ref: JsonObject | null = null;
  return async (
    message: Message,
    idempotencyKey = `${message.incident.id}.${message.topic}`,
    more: Partial<SendContext> = {},
  ): Promise<Delivery> => {
    const signal = new AbortController().signal;
    const delivery = await channel.send(message, { signal, ref, idempotencyKey, ...more });
    if (delivery.kind !== 'rejected' && delivery.ref) ref = delivery.ref;
    return delivery;
  };
}
