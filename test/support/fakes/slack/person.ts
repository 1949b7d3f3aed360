import { createHmac } from 'node:crypto';
import { isFields } from './blocks.ts';
import type { Message } from './message.ts';
import type { FakeSlack } from './slack.ts';
import type { View } from './view.ts';

/** Somebody at Slack's other end: presses buttons, submits modals and types commands, signed as Slack signs. */
export interface Person {
  /** Presses the button with this action id in a message, and answers with our reply. */
  press(message: Message, actionId: string): Promise<Response>;
  /** Submits a modal with these values by action id. */
  submit(view: View, values: Readonly<Record<string, string>>): Promise<Response>;
  /** Types a slash command, for example `('/remedyd', 'pause 10m')`. */
  command(command: string, text: string, channel?: string): Promise<Response>;
  /** Sends the last request once more, to the byte, as somebody who recorded it would. */
  again(): Promise<Response>;
}

export function personAt(
  slack: FakeSlack,
  options: {
    /** Slack user id. */
    readonly id: string;
    readonly name?: string;
    readonly signingSecret: string;
    /** Where remedyd listens, without a path. */
    readonly to: string;
    /** Seconds since 1970; the real time by default. */
    readonly now?: () => number;
    /** Where the requests ask to be answered; an address of this Slack by default. */
    readonly responseUrl?: () => string;
    /** How the requests travel; each over a connection of its own by default. */
    readonly send?: typeof fetch;
  },
): Person {
  const { id, name = id.toLowerCase(), to, responseUrl = () => slack.responseUrl(), send = fetch } = options;
  let last: (() => Promise<Response>) | undefined;
  const user = { id, username: name, name, team_id: TEAM.id };

  async function post(path: string, fields: Readonly<Record<string, string>>): Promise<Response> {
    const body = new URLSearchParams(fields).toString();
    const timestamp = String(Math.floor(options.now?.() ?? Date.now() / 1_000));
    const signature = createHmac('sha256', options.signingSecret).update(`v0:${timestamp}:${body}`).digest('hex');
    const headers = {
      'content-type': 'application/x-www-form-urlencoded',
      'x-slack-request-timestamp': timestamp,
      'x-slack-signature': `v0=${signature}`,
    };
    last = () => send(`${to}${path}`, { method: 'POST', headers, body });
    return await last();
  }
  const interact = (payload: object) =>
    post('/slack/interactions', {
      payload: JSON.stringify({
        user,
        team: TEAM,
        enterprise: null,
        is_enterprise_install: false,
        api_app_id: 'A0APP',
        token: 'unused',
        ...payload,
      }),
    });

  return {
    async again() {
      if (last === undefined) throw new Error('nothing was sent yet');
      return await last();
    },
    async press(message, actionId) {
      const { blockId, element } = findElement(message, actionId);
      return await interact({
        type: 'block_actions',
        container: { type: 'message', message_ts: message.ts, channel_id: message.channel, is_ephemeral: false },
        trigger_id: slack.trigger(),
        channel: { id: message.channel, name: message.channel.toLowerCase() },
        message: {
          type: 'message',
          ts: message.ts,
          thread_ts: message.thread_ts,
          text: message.text,
          blocks: message.blocks,
          bot_id: 'B0BOT',
        },
        state: { values: {} },
        response_url: responseUrl(),
        actions: [{ ...element, block_id: blockId, action_ts: message.ts }],
      });
    },
    async submit(view, values) {
      const fields = view.blocks.flatMap((block, index) => {
        const element = block.element;
        const actionId = isFields(element) ? String(element.action_id) : undefined;
        const value = actionId === undefined ? undefined : values[actionId];
        if (actionId === undefined || value === undefined) return [];
        return [[String(block.block_id ?? index), { [actionId]: { type: 'plain_text_input', value } }] as const];
      });
      const { id: viewId, callback_id, private_metadata } = view;
      const state = { values: Object.fromEntries(fields) };
      return await interact({
        type: 'view_submission',
        trigger_id: slack.trigger(),
        view: { id: viewId, type: 'modal', callback_id, private_metadata, state },
        response_urls: [],
      });
    },
    command: (command, text, channel = 'C0OPS') =>
      post('/slack/commands', {
        token: 'unused',
        team_id: TEAM.id,
        team_domain: TEAM.domain,
        channel_id: channel,
        channel_name: channel.toLowerCase(),
        user_id: id,
        user_name: name,
        command,
        text,
        response_url: responseUrl(),
        trigger_id: slack.trigger(),
        api_app_id: 'A0APP',
        is_enterprise_install: 'false',
      }),
  };
}

const TEAM = { id: 'T0FAKE', domain: 'fake' };

function findElement(
  message: Message,
  actionId: string,
): { blockId: string; element: Readonly<Record<string, unknown>> } {
  const places = message.blocks.flatMap((block, index) => {
    const elements = [...(Array.isArray(block.elements) ? block.elements : []), block.accessory].filter(isFields);
    return elements.map((element) => ({ blockId: String(block.block_id ?? index), element }));
  });
  const found = places.find(({ element }) => element.action_id === actionId);
  if (found !== undefined) return found;
  const there = places.map(({ element }) => String(element.action_id));
  throw new Error(`The message has no '${actionId}' to press; it has: ${there.join(', ') || 'nothing'}`);
}
