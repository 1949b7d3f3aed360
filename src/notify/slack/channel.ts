import type { JsonObject } from '../../domain/json.ts';
import type { Millis } from '../../domain/time.ts';
import type { Channel } from '../channel.ts';
import type { Message } from '../message.ts';
import { attachTo, remarkIn } from './beside.ts';
import { type Place, type SlackClient, slackClient } from './client.ts';
import type { SlackConfig } from './config.ts';
import { renderNotice } from './notice.ts';
import { type Buttons, type Rendered, renderAnswered, renderFull, renderNews } from './render.ts';
import { isLost, isUnchangeable, verdict } from './verdict.ts';

/** A thread as its `ref` remembers it. */
interface Thread {
  readonly root: Place;
  /** The reply that asks; it holds buttons as long as its approval is open, and then tells what came of it. */
  readonly asked: { readonly ts: string; readonly approval: string } | null;
  /** The reply that calls somebody; it holds a button until it is taken. */
  readonly called: string | null;
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
    async send(message, { signal, ref, address = null, mention = [] }) {
      try {
        const client = slackClient(config.token, config.api_url, timeout, signal);
        const calling = { ...config, mention: [...new Set([...config.mention, ...mention])] };
        return { kind: 'sent', ref: toRef(await deliver(client, calling, message, readRef(ref), address)) };
      } catch (error) {
        return verdict(error);
      }
    },
    remark: (remark, ctx) => remarkIn(config, timeout, remark, ctx),
    attach: (file, ctx) => attachTo(config, timeout, file, ctx),
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
  const heard = config.signing_secret !== undefined && !config.signing_secret.missing;
  const buttons = { answer: heard, take: heard && config.allow.act !== undefined };
  const shown = heard || message.approval === null ? message : { ...message, notes: [...message.notes, DEAF] };
  const begin = async (): Promise<Thread> => ({
    root: await client.post(address ?? roomFor(config, message), renderFull(shown, config.mention, buttons)),
    asked: null,
    called: null,
  });
  if (message.topic === 'count') return (await recount(client, message, thread, buttons)) ?? (await begin());
  if (thread === null) return await begin();
  const { root } = thread;
  try {
    if (message.topic === 'page' || message.topic === 'ask') {
      const { ts } = await client.post(root, renderFull(shown, config.mention, buttons), true);
      // The person has it. A head that shows the state before is put right by the next message.
      const left = await refresh(client, config, message, thread, buttons).catch((error) => {
        if (isLost(error)) throw error;
        return thread;
      });
      if (message.approval !== null) return { ...left, asked: { ts, approval: message.approval.id } };
      return message.topic === 'page' ? { ...left, called: ts } : left;
    }
    const left = await refresh(client, config, message, thread, buttons);
    await client.post(root, renderNews(message));
    return left;
  } catch (error) {
    if (!isLost(error)) throw error;
    return await begin();
  }
}

const DEAF = 'Nobody can answer here: notify.slack.signing_secret is not set.';

/**
 * Brings an open question up to date where it stands; one that was answered meanwhile is rewritten by the news of that.
 *
 * @returns null where there is no thread yet, which makes this the first word of it.
 */
async function recount(
  client: SlackClient,
  message: Message,
  thread: Thread | null,
  buttons: Buttons,
): Promise<Thread | null> {
  if (thread === null) return null;
  const { root, asked } = thread;
  const isOpen = message.approval !== null && (asked === null || asked.approval === message.approval.id);
  if (!isOpen) return thread;
  const place = { channel: root.channel, ts: asked?.ts ?? root.ts };
  await unlessUnchangeable(client.update(place, renderFull(message, [], buttons))).catch((error) => {
    // Somebody deleted the question. The next news begins anew where that is needed.
    if (!isLost(error)) throw error;
  });
  return thread;
}

const NO_BUTTONS: Buttons = { answer: false, take: false };

/** The call stays what it was, with whom it called; only how things stand is new. An edit notifies nobody. */
function asPage(message: Message): Message {
  return { ...message, topic: 'page', notes: [] };
}

/** Brings the head up to date, takes the buttons off what is no longer open, and says there what came of it. */
async function refresh(
  client: SlackClient,
  config: SlackConfig,
  message: Message,
  thread: Thread,
  buttons: Buttons,
): Promise<Thread> {
  const { root, asked, called } = thread;
  // The question's own reply holds its buttons; without one, the head was the question.
  const atHead = { ...buttons, answer: buttons.answer && asked === null && message.topic !== 'ask' };
  await unlessUnchangeable(client.update(root, renderFull({ ...message, notes: [] }, [], atHead)));
  const rewrite = (ts: string, content: Rendered) =>
    unlessUnchangeable(client.update({ channel: root.channel, ts }, content)).catch((error) => {
      // Somebody deleted it; the thread itself is there.
      if (!isLost(error)) throw error;
    });
  const isOpen = asked !== null && asked.approval === message.approval?.id;
  if (asked !== null && !isOpen) await rewrite(asked.ts, renderAnswered(message));
  const isTaken = message.incident.ackedBy !== null || message.topic === 'end';
  if (called !== null && isTaken) await rewrite(called, renderFull(asPage(message), config.mention, NO_BUTTONS));
  // What came of an answer is told as long as the question is the last one that was asked.
  const stays = isOpen || (asked !== null && asked.approval === message.answered?.id);
  return { root, asked: stays ? asked : null, called: isTaken ? null : called };
}

async function unlessUnchangeable(update: Promise<void>): Promise<void> {
  await update.catch((error) => {
    if (!isUnchangeable(error)) throw error;
  });
}

function roomFor({ channels }: SlackConfig, { incident }: Message): string {
  return channels[incident.severity] ?? channels.default;
}

function toRef({ root, asked, called }: Thread): JsonObject {
  return {
    channel: root.channel,
    ts: root.ts,
    ...(asked === null ? {} : { asked: { ...asked } }),
    ...(called === null ? {} : { called }),
  };
}

/** A ref that is not ours begins a new thread rather than failing for ever. */
function readRef(ref: JsonObject | null): Thread | null {
  if (typeof ref?.channel !== 'string' || typeof ref.ts !== 'string') return null;
  const asked = ref.asked as JsonObject | undefined;
  const known = typeof asked?.ts === 'string' && typeof asked.approval === 'string';
  return {
    root: { channel: ref.channel, ts: ref.ts },
    asked: known ? { ts: String(asked.ts), approval: String(asked.approval) } : null,
    called: typeof ref.called === 'string' ? ref.called : null,
  };
}
