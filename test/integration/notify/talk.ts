import type { JsonObject } from '../../../src/domain/json.ts';
import type { Channel, Delivery } from '../../../src/notify/channel.ts';
import type { Message } from '../../../src/notify/message.ts';

/** Speaks to a channel as the outbox does: what an answer gave as `ref` goes along with the next attempt or message. */
export function talkTo(channel: Channel) {
  let ref: JsonObject | null = null;
  return async (message: Message, idempotencyKey = `${message.incident.id}.${message.topic}`): Promise<Delivery> => {
    const delivery = await channel.send(message, { signal: new AbortController().signal, ref, idempotencyKey });
    if (delivery.kind !== 'rejected' && delivery.ref) ref = delivery.ref;
    return delivery;
  };
}
