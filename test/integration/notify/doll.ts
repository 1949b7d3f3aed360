import type { Channel, Delivery, SendContext } from '../../../src/notify/channel.ts';
import type { Message } from '../../../src/notify/message.ts';

interface Told {
  readonly message: Message;
  readonly ctx: SendContext;
}

/** A channel that answers as it is told to. */
export function doll(name: string, more: Partial<Channel> = {}) {
  const told: Told[] = [];
  const state = { answer: { kind: 'sent', ref: {} } as Delivery };
  const channel: Channel = {
    name,
    pages: true,
    wants: ({ topic }) => topic !== 'update',
    async send(message, ctx) {
      told.push({ message, ctx });
      return state.answer;
    },
    ...more,
  };
  return { channel, told, state };
}

export const DOWN: Extract<Delivery, { readonly kind: 'retry' }> = {
  kind: 'retry',
  after: null,
  why: 'it answered 503',
};
export const REFUSED: Delivery = { kind: 'rejected', why: 'it answered 401' };
export const sent: Delivery = { kind: 'sent', ref: {} };
