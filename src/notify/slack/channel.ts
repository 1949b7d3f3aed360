import type { JsonObject } from '../../domain/json.ts';
import type { Millis } from '../../domain/time.ts';
import type { Channel } from '../channel.ts';
import type { Message } from '../message.ts';
import { type Place, type SlackClient, slackClient } from './client.ts';
import type { SlackConfig } from './config.ts';
import { renderNotice } from './notice.ts';
import { renderFull, renderNews } from './render.ts';
import { isLost, isUnchangeable, verdict } from './verdict.ts';

/** A thread as its `ref` remembers it. */
interface Thread {
  readonly root: Place;
  /** The reply that holds buttons, and for which approval, until it has been rewritten without them. */
  readonly asked: { readonly ts: string; readonly approval: string } | null;
}

/**
 * One thread for each incident. Its head always shows the present state; what is new is a reply, and what needs a
 * person is broadcast to the channel as well.
 *
 * Slack knows no idempotency key, so of two calls the one that may be repeated harmlessly comes first, except for what
 * needs a person: that is not to wait for a head that cannot be updated. An answer that is lost on its way can
 * therefore double one reply; it never loses one.
 */
export function slackChannel(config: SlackConfig, { timeout = 5_000 }: { readonly timeout?: Millis } = {}): Channel {
  return {
    name: 'slack',
    pages: true,
    wants: () => true,
    async send(message, { signal, ref, address = null }) {
      try {
        const client = slackClient(config.token, config.api_url, timeout, signal);
        return { kind: 'sent', ref: toRef(await deliver(client, config, message, readRef(ref), address)) };
      } catch (error) {
        return verdict(error);
      }
    },
    async notice(notice, signal) {
      try {
        const client = slackClient(config.token, config.api_url, timeout, signal);
        await client.post(config.channels.low ?? config.channels.default, renderNotice(notice));
        return { kind: 'sent', ref: null };
      } catch (error) {
        return verdict(error);
      }
    },
  };
}

async function deliver(
  client: SlackClient,
  config: SlackConfig,
  message: Message,
  thread: Thread | null,
  address: string | null,
): Promise<Thread> {
  const begin = async (): Promise<Thread> => ({
    root: await client.post(address ?? roomFor(config, message), renderFull(message, config.mention)),
    asked: null,
  });
  if (thread === null) return await begin();
  const { root } = thread;
  try {
    if (message.topic === 'page' || message.topic === 'ask') {
      const reply = await client.post(root, renderFull(message, config.mention), true);
      // The person has it. A head that shows the state before is put right by the next message.
      const asked = await refresh(client, message, thread).catch((error) => {
        if (isLost(error)) throw error;
        return thread.asked;
      });
      return { root, asked: message.approval === null ? asked : { ts: reply.ts, approval: message.approval.id } };
    }
    const asked = await refresh(client, message, thread);
    await client.post(root, renderNews(message));
    return { root, asked };
  } catch (error) {
    if (!isLost(error)) throw error;
    return await begin();
  }
}

/** Brings the head up to date, and takes the buttons off a question that is no longer open. */
async function refresh(client: SlackClient, message: Message, { root, asked }: Thread): Promise<Thread['asked']> {
  // The question's own reply holds its buttons; without one, the head was the question.
  const buttonsAtHead = asked === null && message.topic !== 'ask';
  await unlessUnchangeable(client.update(root, renderFull({ ...message, notes: [] }, [], buttonsAtHead)));
  if (asked === null || asked.approval === message.approval?.id) return asked;
  const answered = { channel: root.channel, ts: asked.ts };
  await unlessUnchangeable(client.update(answered, renderNews(message))).catch((error) => {
    // Somebody deleted the question; the thread itself is there.
    if (!isLost(error)) throw error;
  });
  return null;
}

async function unlessUnchangeable(update: Promise<void>): Promise<void> {
  await update.catch((error) => {
    if (!isUnchangeable(error)) throw error;
  });
}

function roomFor({ channels }: SlackConfig, { incident }: Message): string {
  return channels[incident.severity] ?? channels.default;
}

function toRef({ root, asked }: Thread): JsonObject {
  return { channel: root.channel, ts: root.ts, ...(asked === null ? {} : { asked: { ...asked } }) };
}

/** A ref that is not ours begins a new thread rather than failing for ever. */
function readRef(ref: JsonObject | null): Thread | null {
  if (typeof ref?.channel !== 'string' || typeof ref.ts !== 'string') return null;
  const asked = ref.asked as JsonObject | undefined;
  const known = typeof asked?.ts === 'string' && typeof asked.approval === 'string';
  return {
    root: { channel: ref.channel, ts: ref.ts },
    asked: known ? { ts: String(asked.ts), approval: String(asked.approval) } : null,
  };
}
