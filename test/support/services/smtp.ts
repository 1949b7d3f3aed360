import { once } from 'node:events';
import { SMTPServer } from 'smtp-server';

export interface SmtpWorld {
  /** Who may log in; without it nobody has to. */
  readonly login?: { readonly user: string; readonly password: string };
  /** Whether STARTTLS is offered. */
  readonly starttls?: boolean;
  /** Answers with a status for a recipient that is not taken. */
  readonly refuse?: (address: string) => number | undefined;
}

export interface Mail {
  readonly to: readonly string[];
  /** Headers and body as they came. */
  readonly raw: string;
  readonly secure: boolean;
}

/** A real mail server on 127.0.0.1 that keeps what it takes. */
export async function startSmtp({ login, starttls = false, refuse = () => undefined }: SmtpWorld = {}) {
  const mails: Mail[] = [];
  const server = new SMTPServer({
    authOptional: login === undefined,
    disabledCommands: [...(starttls ? [] : ['STARTTLS']), ...(login === undefined ? ['AUTH'] : [])],
    allowInsecureAuth: true,
    onAuth: ({ username, password }, _session, done) => {
      if (username === login?.user && password === login?.password) return done(null, { user: username });
      return done(Object.assign(new Error(`authentication failed for ${password}`), { responseCode: 535 }));
    },
    onRcptTo: ({ address }, _session, done) => {
      const status = refuse(address);
      return done(status === undefined ? null : Object.assign(new Error('not this one'), { responseCode: status }));
    },
    onData: (stream, session, done) => {
      let raw = '';
      stream.on('data', (chunk: Buffer) => {
        raw += chunk.toString();
      });
      stream.on('end', () => {
        mails.push({ to: session.envelope.rcptTo.map(({ address }) => address), raw, secure: session.secure });
        done(null, 'queued as 4711');
      });
    },
  });
  server.on('error', () => undefined);
  server.listen(0, '127.0.0.1');
  await once(server.server, 'listening');
  const address = server.server.address();
  if (address === null || typeof address === 'string') throw new Error('The mail server listens on no port');
  return {
    port: address.port,
    mails,
    async [Symbol.asyncDispose]() {
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}
