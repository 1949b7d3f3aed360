import { type Fake, startFake } from '../fake.ts';

export interface ResendEmail {
  readonly id: string;
  readonly from: string;
  readonly to: readonly string[];
  readonly subject: string;
  readonly text: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly attachments?: readonly { readonly filename: string; readonly content: string }[];
}

export interface FakeResend extends Fake {
  /** Mails that were taken, each once. */
  readonly emails: readonly ResendEmail[];
}

type Fields = Readonly<Record<string, unknown>>;

/** Resend's `POST /emails`: it knows keys of messages, and compares what comes again under the same key. */
export async function startResend({ apiKey }: { readonly apiKey: string }): Promise<FakeResend> {
  const emails: ResendEmail[] = [];
  const keys = new Map<string, { readonly body: string; readonly id: string }>();
  const fake = await startFake({
    name: 'Resend',
    rejected: (status) =>
      refusal(status, status === 429 ? 'rate_limit_exceeded' : 'application_error', `fault ${status}`),
    routes(app) {
      app.post('/emails', async ({ headers, body }, reply) => {
        const refuse = (status: number, name: string, message: string) =>
          reply.code(status).send(refusal(status, name, message));
        if (headers.authorization === undefined) return await refuse(401, 'missing_api_key', 'Missing API key');
        if (headers.authorization !== `Bearer ${apiKey}`)
          return await refuse(403, 'invalid_api_key', 'API key is invalid');
        const fault = faultOf(body as Fields);
        if (fault !== undefined) return await refuse(422, 'validation_error', fault);
        const key = headers['idempotency-key'];
        if (Array.isArray(key) || (key !== undefined && (key.length < 1 || key.length > 256))) {
          return await refuse(400, 'invalid_idempotency_key', 'The key must be between 1-256 chars.');
        }
        const known = key === undefined ? undefined : keys.get(key);
        if (known !== undefined) {
          if (known.body === JSON.stringify(body)) return { id: known.id };
          return await refuse(409, 'invalid_idempotent_request', 'Same idempotency key used with a different payload.');
        }
        const id = crypto.randomUUID();
        if (key !== undefined) keys.set(key, { body: JSON.stringify(body), id });
        emails.push({ ...(body as Omit<ResendEmail, 'id'>), id });
        return { id };
      });
    },
  });
  return { ...fake, emails };
}

function faultOf(body: Fields | undefined): string | undefined {
  const { from, to, subject, text, html, headers = {}, attachments = [] } = body ?? {};
  if (typeof from !== 'string' || !/^([^<>]+ <)?[^\s<>@]+@[^\s<>@]+>?$/.test(from)) return 'Invalid `from` field.';
  const list: readonly unknown[] = Array.isArray(to) ? to : [to];
  if (list.length < 1 || list.length > 50) return 'The `to` field must have 1 to 50 addresses.';
  if (!list.every((one) => typeof one === 'string' && /^[^\s<>@]+@[^\s<>@]+$/.test(one))) return 'Invalid `to` field.';
  if (typeof subject !== 'string' || /[\r\n]/.test(subject)) return 'Invalid `subject` field.';
  if (typeof (text ?? html) !== 'string') return 'Missing `html` or `text` field.';
  const files = (Array.isArray(attachments) ? attachments : [attachments]) as readonly Fields[];
  const isFile = ({ filename, content }: Fields) =>
    typeof filename === 'string' && typeof content === 'string' && /^[A-Za-z0-9+/]+={0,2}$/.test(content);
  if (!files.every(isFile)) return 'Invalid `attachments` field.';
  const values = Object.values(headers as Fields);
  return values.every((one) => typeof one === 'string' && !/[\r\n]/.test(one)) ? undefined : 'Invalid `headers` field.';
}

function refusal(statusCode: number, name: string, message: string) {
  return { statusCode, name, message };
}
