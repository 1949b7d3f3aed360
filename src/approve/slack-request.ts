import { z } from 'zod';
import { APPROVE, DENY, TAKE } from '../notify/slack/buttons.ts';
import { DENIAL, WHY } from '../notify/slack/denial.ts';
import type { ReplyTo } from '../notify/slack/desk.ts';
import type { Person, PersonRequest } from './request.ts';

/** What came from Slack, as far as it is ours. */
export type SlackRequest =
  | Extract<PersonRequest, { kind: 'answer' | 'take' | 'command' }>
  /** Deny was pressed: nothing is decided before the reason is given. */
  | {
      readonly kind: 'ask-why';
      readonly approval: string;
      readonly trigger: string;
      readonly person: Person;
      readonly reply: ReplyTo;
    }
  | { readonly kind: 'no-reason' }
  /** Something else: another version's button, a link, a form of another app. */
  | { readonly kind: 'other' };

const MOST_TEXT = 1_000;

const text = z.string();
const id = text.regex(/^[A-Z0-9]{2,30}$/);
const user = z.looseObject({ id, username: text.nullish(), name: text.nullish() });
const place = z.looseObject({ id }).nullish();

const pressed = z.looseObject({
  type: z.literal('block_actions'),
  user,
  channel: place,
  trigger_id: text.nullish(),
  response_url: text.nullish(),
  actions: z.array(z.looseObject({ action_id: text.nullish(), value: text.nullish() })).min(1),
});

const submitted = z.looseObject({
  type: z.literal('view_submission'),
  user,
  view: z.looseObject({
    callback_id: text.nullish(),
    private_metadata: text.nullish(),
    state: z.looseObject({
      values: z.record(text, z.record(text, z.looseObject({ value: text.nullish() }))),
    }),
  }),
});

const typed = z.looseObject({
  user_id: id,
  user_name: text.nullish(),
  channel_id: id.nullish(),
  text: text.default(''),
  response_url: text.nullish(),
});

const meta = z.looseObject({ approval: text, channel: id.nullish() });

/** Reads a press or a form. Null where it is no interaction at all: cut off, or not from Slack's own software. */
export function readInteraction(body: Uint8Array): SlackRequest | null {
  const payload = parseJson(fields(body).payload);
  const press = pressed.safeParse(payload);
  if (press.success) return readPress(press.data);
  const form = submitted.safeParse(payload);
  if (form.success) return readForm(form.data);
  return z.looseObject({ type: text, user }).safeParse(payload).success ? { kind: 'other' } : null;
}

/** Reads a typed command. Null where it is none. */
export function readCommand(body: Uint8Array): SlackRequest | null {
  const given = typed.safeParse(fields(body));
  if (!given.success) return null;
  const { user_id, user_name, channel_id, response_url, text: words } = given.data;
  const person = personOf({ id: user_id, name: user_name });
  const reply = { person: user_id, url: response_url ?? null, channel: channel_id ?? null };
  return { kind: 'command', text: words.slice(0, MOST_TEXT), person, reply };
}

function readPress({ user: who, channel, trigger_id, response_url, actions }: z.output<typeof pressed>): SlackRequest {
  const person = personOf(who);
  const reply = { person: who.id, url: response_url ?? null, channel: channel?.id ?? null };
  const [action] = actions;
  const value = action?.value ?? '';
  switch (action?.action_id) {
    case APPROVE:
      return { kind: 'answer', answer: 'approve', approval: value, why: null, person, reply, again: false };
    case DENY:
      return { kind: 'ask-why', approval: value, trigger: trigger_id ?? '', person, reply };
    case TAKE:
      return { kind: 'take', incident: value, person, reply };
    default:
      return { kind: 'other' };
  }
}

function readForm({ user: who, view }: z.output<typeof submitted>): SlackRequest {
  const known = meta.safeParse(parseJson(view.private_metadata ?? ''));
  if (view.callback_id !== DENIAL || !known.success) return { kind: 'other' };
  const values = Object.values(view.state.values).map((block) => block[WHY]?.value);
  const why = values.find((value) => typeof value === 'string')?.trim() ?? '';
  if (why === '') return { kind: 'no-reason' };
  const { approval, channel } = known.data;
  const reply = { person: who.id, url: null, channel: channel ?? null };
  const person = personOf(who);
  return { kind: 'answer', answer: 'deny', approval, why: why.slice(0, MOST_TEXT), person, reply, again: false };
}

function personOf({
  id: who,
  username,
  name,
}: {
  id: string;
  username?: string | null | undefined;
  name?: string | null | undefined;
}): Person {
  return { id: who, name: (username || name || who).slice(0, 80) };
}

/** Fields of a form; of a field that comes twice the first. */
function fields(body: Uint8Array): Readonly<Record<string, string>> {
  const form = new URLSearchParams(Buffer.from(body).toString('utf8'));
  return Object.fromEntries([...form].toReversed());
}

function parseJson(json: string | undefined): unknown {
  try {
    return JSON.parse(json ?? '');
  } catch {
    return null;
  }
}
