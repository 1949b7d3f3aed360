import type { FastifyInstance } from 'fastify';
import { type Fake, startFake } from '../fake.ts';
import { fakeFiles, type SharedFile } from './files.ts';
import { type Message, type Refusal, readContent } from './message.ts';
import { readView, type View } from './view.ts';

export interface FakeSlack extends Fake {
  /** What `slackApiUrl` must be set to. */
  readonly apiUrl: string;
  readonly token: string;
  /** Messages as they stand now, oldest first; without a channel those of all. A channel is an id or a `#name`. */
  messages(channel?: string): readonly Message[];
  /** A message with its replies, oldest first. */
  thread(channel: string, ts: string): readonly Message[];
  /** Files that were shared, oldest first. */
  readonly files: readonly SharedFile[];
  readonly views: readonly View[];
  /** What was said to one person alone, in a channel. */
  readonly whispers: readonly Whisper[];
  /** Bodies that came to a response URL. */
  readonly responses: readonly unknown[];
  /** A trigger id as an interaction carries it. It opens one view. */
  trigger(options?: { readonly expired?: boolean }): string;
  /** An address that takes answers to an interaction, or sends whoever comes there on to another. */
  responseUrl(options?: { readonly redirectTo?: string }): string;
}

export interface Whisper {
  readonly user: string;
  readonly channel: string;
  readonly text: string;
}

export interface SlackWorld {
  readonly token?: string;
  /** Name without `#`, and id. The bot is in all of them. */
  readonly channels?: Readonly<Record<string, string>>;
  /** User group id, and its users. */
  readonly userGroups?: Readonly<Record<string, readonly string[]>>;
  /** With what Slack refuses files, such as `missing_scope`; it takes them where this is left out. */
  readonly noFiles?: string;
  /** Where it asks for files to be posted, in place of its own address. */
  readonly uploadUrl?: string;
  /** Without a paid plan there are no user groups. */
  readonly freePlan?: boolean;
}

const CHANNELS = {
  incidents: 'C0INCIDENTS',
  'incidents-critical': 'C0CRITICAL',
  'ops-notifications': 'C0OPS',
  leads: 'C0LEADS',
  managers: 'C0MANAGERS',
  'executive-alerts': 'C0EXECUTIVE',
};

type Args = Readonly<Record<string, unknown>>;
type Method = (args: Args) => Args | Refusal;

/** Slack's Web API, as far as remedyd calls it: a workspace that remembers its messages and refuses what Slack refuses. */
export async function startSlack(world: SlackWorld = {}): Promise<FakeSlack> {
  const {
    token = 'xoxb-fake-token',
    channels = CHANNELS,
    userGroups = {},
    freePlan = false,
    noFiles,
    uploadUrl,
  } = world;
  const messages: Message[] = [];
  const views: View[] = [];
  const responses: unknown[] = [];
  const whispers: Whisper[] = [];
  const addresses = new Map<string, number>();
  const redirects = new Map<string, string>();
  const triggers = new Map<string, 'fresh' | 'expired' | 'exchanged'>();
  let clock = 1_700_000_000_000_000;

  const channelId = (name: unknown): string | undefined =>
    Object.entries(channels).find(([known, id]) => name === id || name === `#${known}` || name === known)?.[1];
  const indexOf = (channel: string, ts: unknown) =>
    messages.findIndex((one) => one.channel === channel && one.ts === ts);

  const next = () => {
    clock += 1_000;
    return `${Math.floor(clock / 1_000_000)}.${String(clock % 1_000_000).padStart(6, '0')}`;
  };
  const files = fakeFiles({
    url: () => fake.url,
    uploadUrl: () => uploadUrl,
    hasChannel: (id) => Object.values(channels).some((one) => one === id),
    hasThread: (channel, ts) => indexOf(channel, ts) >= 0,
    refusal: () => noFiles,
    // A file in a thread is a message there.
    onShared({ channel, thread_ts, comment, title }) {
      const thread = thread_ts === undefined ? {} : { thread_ts };
      const text = `${comment} [file: ${title}]`;
      messages.push({ channel, ts: next(), ...thread, text, blocks: [], reply_broadcast: false, edits: 0 });
    },
  });

  const methods: Readonly<Record<string, Method>> = {
    ...files.methods,
    'auth.test': () => ({
      url: 'https://fake.slack.com/',
      team: 'Fake',
      user: 'remedyd',
      team_id: 'T0FAKE',
      user_id: 'U0BOT',
      bot_id: 'B0BOT',
    }),
    'chat.postMessage'(args) {
      const channel = channelId(args.channel);
      if (channel === undefined) return { error: 'channel_not_found' };
      const content = readContent(args);
      if ('error' in content) return content;
      const { thread_ts, metadata, reply_broadcast = false } = args;
      if (thread_ts !== undefined && indexOf(channel, thread_ts) < 0) return { error: 'thread_not_found' };
      const message: Message = {
        ...content,
        channel,
        ts: next(),
        reply_broadcast: String(reply_broadcast) === 'true',
        edits: 0,
        ...(thread_ts === undefined ? {} : { thread_ts: String(thread_ts) }),
        ...(metadata === undefined ? {} : { metadata }),
      };
      messages.push(message);
      return { channel, ts: message.ts, message: { ...content, ts: message.ts, type: 'message', bot_id: 'B0BOT' } };
    },
    'chat.update'(args) {
      // The real one takes ids only here.
      const channel = Object.values(channels).find((id) => id === args.channel);
      if (channel === undefined) return { error: 'channel_not_found' };
      const index = indexOf(channel, args.ts);
      const old = messages[index];
      if (old === undefined) return { error: 'message_not_found' };
      const content = readContent(args);
      if ('error' in content) return content;
      messages[index] = { ...old, ...content, edits: old.edits + 1 };
      return { channel, ts: old.ts, text: content.text };
    },
    'chat.postEphemeral'(args) {
      const channel = channelId(args.channel);
      if (channel === undefined) return { error: 'channel_not_found' };
      if (typeof args.user !== 'string' || args.user === '') return { error: 'user_not_in_channel' };
      const content = readContent(args);
      if ('error' in content) return content;
      whispers.push({ user: args.user, channel, text: content.text });
      return { message_ts: '1700000000.000001' };
    },
    'views.open'(args) {
      const trigger = String(args.trigger_id);
      const state = triggers.get(trigger);
      if (state !== 'fresh') return { error: `${state ?? 'invalid'}_trigger_id` };
      const view = readView(args.view);
      if ('error' in view) return view;
      triggers.set(trigger, 'exchanged');
      const opened = { ...view, id: `V${views.length + 1}`, trigger_id: trigger };
      views.push(opened);
      return { view: { ...opened, type: 'modal', state: { values: {} } } };
    },
    'usergroups.users.list'(args) {
      if (freePlan) return { error: 'plan_upgrade_required' };
      const users = userGroups[String(args.usergroup)];
      return users === undefined ? { error: 'no_such_subteam' } : { users };
    },
  };

  const fake: Fake = await startFake({
    name: 'Slack',
    rejected: (status) => ({ ok: false, error: status === 429 ? 'ratelimited' : 'internal_error' }),
    routes(app) {
      serve(app, methods, token);
      files.serve(app);
      app.post<{ Params: { id: string } }>('/response/:id', async ({ params, body, headers }, reply) => {
        // Five posts to each address; afterwards, and for one that was never given out, it is gone.
        const elsewhere = redirects.get(params.id);
        if (elsewhere !== undefined) return reply.redirect(elsewhere, 307);
        const left = addresses.get(params.id) ?? 0;
        if (left === 0) return reply.code(404).send('expired_url');
        const content =
          typeof body === 'object' && body !== null ? readContent(body as Args) : { error: 'invalid_payload' };
        if (!headers['content-type']?.includes('json') || 'error' in content)
          return reply.code(400).send('invalid_payload');
        addresses.set(params.id, left - 1);
        responses.push(body);
        return 'ok';
      });
    },
  });
  return {
    ...fake,
    apiUrl: `${fake.url}/api/`,
    token,
    files: files.shared,
    views,
    responses,
    whispers,
    messages: (channel) => messages.filter((one) => channel === undefined || one.channel === channelId(channel)),
    thread: (channel, ts) =>
      messages.filter((one) => one.channel === channelId(channel) && (one.ts === ts || one.thread_ts === ts)),
    trigger({ expired = false } = {}) {
      const id = `trigger.${triggers.size + 1}.${crypto.randomUUID()}`;
      triggers.set(id, expired ? 'expired' : 'fresh');
      return id;
    },
    responseUrl({ redirectTo } = {}) {
      const id = crypto.randomUUID();
      addresses.set(id, 5);
      if (redirectTo !== undefined) redirects.set(id, redirectTo);
      return `${fake.url}/response/${id}`;
    },
  };
}

/** Every method is a POST of JSON, or of a form whose structured fields are JSON text. Logical errors are status 200. */
function serve(app: FastifyInstance, methods: Readonly<Record<string, Method>>, token: string): void {
  app.post<{ Params: { method: string } }>('/api/:method', async ({ params, body, headers }) => {
    const method = methods[params.method];
    if (method === undefined) return { ok: false, error: 'unknown_method', req_method: params.method };
    const given = typeof body === 'object' && body !== null ? (body as Args) : {};
    const bearer = headers.authorization?.replace(/^Bearer /, '') ?? given.token;
    if (bearer === undefined) return { ok: false, error: 'not_authed' };
    if (bearer !== token) return { ok: false, error: 'invalid_auth' };
    if (typeof body === 'string') return { ok: false, error: 'invalid_json' };
    const isForm = headers['content-type']?.includes('x-www-form-urlencoded') ?? false;
    const args = isForm ? unpack(given) : given;
    if (args === undefined) return { ok: false, error: 'invalid_blocks_format' };
    const answer = method(args);
    if ('error' in answer) {
      const { error, messages } = answer as Refusal;
      return { ok: false, error, ...(messages === undefined ? {} : { response_metadata: { messages } }) };
    }
    return { ok: true, ...answer };
  });
}

function unpack(form: Args): Args | undefined {
  try {
    const structured = ['blocks', 'attachments', 'metadata', 'view'].filter((field) => form[field] !== undefined);
    return { ...form, ...Object.fromEntries(structured.map((field) => [field, JSON.parse(String(form[field]))])) };
  } catch {
    return undefined;
  }
}
