import { type Fake, startFake } from '../fake.ts';

export interface Sms {
  readonly to: string;
  readonly from: string;
  readonly body: string;
}

export interface FakeTwilio extends Fake {
  /** Messages that were taken, oldest first. Twilio knows no key: what comes twice stands here twice. */
  readonly messages: readonly Sms[];
}

/** Twilio's `POST /Messages.json`. `blocked` are numbers that have answered STOP. */
export async function startTwilio(world: {
  readonly accountSid: string;
  readonly user?: string;
  readonly password: string;
  readonly blocked?: readonly string[];
}): Promise<FakeTwilio> {
  const { accountSid, user = accountSid, password, blocked = [] } = world;
  const messages: Sms[] = [];
  const fake = await startFake({
    name: 'Twilio',
    rejected: (status) => refusal(status, status === 429 ? 20_429 : 20_500, `fault ${status}`),
    routes(app) {
      app.post('/2010-04-01/Accounts/:sid/Messages.json', async ({ headers, params, body }, reply) => {
        const refuse = (status: number, code: number, message: string) =>
          reply.code(status).send(refusal(status, code, message));
        const expected = `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;
        if (headers.authorization !== expected) return await refuse(401, 20_003, 'Authenticate');
        const { sid } = params as { sid: string };
        if (sid !== accountSid) return await refuse(404, 20_404, 'The requested resource was not found');
        if (!headers['content-type']?.startsWith('application/x-www-form-urlencoded')) {
          return await refuse(400, 21_604, "A 'To' phone number is required.");
        }
        const {
          To: to = '',
          From: from,
          MessagingServiceSid: service,
          Body: text = '',
        } = body as Record<string, string>;
        if (!/^\+[1-9]\d{6,14}$/.test(to)) return await refuse(400, 21_211, `The 'To' number ${to} is not valid.`);
        const sender = from ?? service ?? '';
        if (sender === '') return await refuse(400, 21_603, "A 'From' phone number is required.");
        if (text.trim() === '') return await refuse(400, 21_602, 'Message body is required.');
        if (text.length > 1_600)
          return await refuse(400, 21_617, 'The concatenated message body exceeds 1600 characters.');
        if (blocked.includes(to)) return await refuse(400, 21_610, 'Attempt to send to unsubscribed recipient');
        messages.push({ to, from: sender, body: text });
        const segments = String(Math.ceil(text.length / 153));
        const id = `SM${String(messages.length).padStart(32, '0')}`;
        return await reply.code(201).send({ sid: id, status: 'queued', num_segments: segments, error_code: null });
      });
    },
  });
  return { ...fake, messages };
}

function refusal(status: number, code: number, message: string) {
  return { code, message, more_info: `https://www.twilio.com/docs/errors/${code}`, status };
}
