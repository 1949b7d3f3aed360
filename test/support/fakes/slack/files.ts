import type { FastifyInstance } from 'fastify';
import type { Refusal } from './message.ts';

/** A file that was shared in a thread. */
export interface SharedFile {
  readonly id: string;
  readonly name: string;
  readonly title: string;
  readonly channel: string;
  readonly thread_ts?: string;
  readonly comment: string;
  readonly text: string;
}

interface Upload {
  readonly id: string;
  readonly name: string;
  readonly length: number;
  state: 'asked' | 'posted' | 'completed';
  text: string;
}

type Args = Readonly<Record<string, unknown>>;

/** The upload of files in three steps, as strict as Slack: each step once, in order, with the length that was announced. */
export function fakeFiles(where: {
  readonly url: () => string;
  /** The host that uploads are sent to, in place of the fake's own. */
  readonly uploadUrl?: () => string | undefined;
  hasChannel(id: unknown): boolean;
  hasThread(channel: string, ts: unknown): boolean;
  /** Why the app may not; undefined where it may. */
  refusal(): string | undefined;
  onShared(file: SharedFile): void;
}) {
  const uploads = new Map<string, Upload>();
  const shared: SharedFile[] = [];
  const methods = {
    'files.getUploadURLExternal'(args: Args): Args | Refusal {
      const refused = where.refusal();
      if (refused !== undefined) return { error: refused };
      const length = Number(args.length);
      if (typeof args.filename !== 'string' || args.filename === '') return { error: 'invalid_arguments' };
      if (!Number.isInteger(length) || length < 1) return { error: 'invalid_arguments' };
      const id = `F0FILE${String(uploads.size + 1).padStart(4, '0')}`;
      uploads.set(id, { id, name: args.filename, length, state: 'asked', text: '' });
      return { upload_url: `${where.uploadUrl?.() ?? where.url()}/upload/v1/${id}`, file_id: id };
    },
    'files.completeUploadExternal'(args: Args): Args | Refusal {
      const refused = where.refusal();
      if (refused !== undefined) return { error: refused };
      const list = readFiles(args.files);
      if (list === undefined) return { error: 'invalid_arguments' };
      // Ids only, unlike where messages are posted.
      if (args.channel_id !== undefined && !where.hasChannel(args.channel_id)) return { error: 'channel_not_found' };
      const channel = String(args.channel_id);
      if (args.thread_ts !== undefined && !where.hasThread(channel, args.thread_ts))
        return { error: 'thread_not_found' };
      const found = list.map(({ id }) => uploads.get(id));
      if (found.some((one) => one?.state !== 'posted')) return { error: 'file_not_found' };
      for (const [i, upload] of found.entries()) {
        if (upload === undefined) continue;
        upload.state = 'completed';
        const file: SharedFile = {
          id: upload.id,
          name: upload.name,
          title: list[i]?.title ?? upload.name,
          channel,
          comment: String(args.initial_comment ?? ''),
          text: upload.text,
          ...(args.thread_ts === undefined ? {} : { thread_ts: String(args.thread_ts) }),
        };
        shared.push(file);
        where.onShared(file);
      }
      return { files: list };
    },
  };
  const serve = (app: FastifyInstance) =>
    app.post<{ Params: { id: string } }>('/upload/v1/:id', async ({ params, body }, reply) => {
      const upload = uploads.get(params.id);
      const text = typeof body === 'string' ? body : '';
      if (upload?.state !== 'asked') return reply.code(404).send('expired');
      if (Buffer.byteLength(text) !== upload.length) return reply.code(400).send('length mismatch');
      upload.state = 'posted';
      upload.text = text;
      return `OK - ${upload.length}`;
    });
  return { methods, serve, shared };
}

/** As a list, or as the JSON that a form carries. */
function readFiles(files: unknown): readonly { readonly id: string; readonly title?: string }[] | undefined {
  try {
    const list: unknown = typeof files === 'string' ? JSON.parse(files) : files;
    return Array.isArray(list) && list.length > 0 && list.every((one) => typeof one?.id === 'string')
      ? list
      : undefined;
  } catch {
    return undefined;
  }
}
