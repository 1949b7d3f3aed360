import { once } from 'node:events';
import { createServer, type Socket } from 'node:net';
import type { AnsweringServer } from './answering-server.ts';

/** What a mail server says at each point; `silence` says nothing, `hang-up` drops the connection. */
export interface SmtpScript {
  readonly greeting?: string;
  readonly mail?: string;
  readonly rcpt?: string;
  readonly end?: string;
  /** Called when the letter is there, before it is answered. */
  readonly onLetter?: () => void;
}

/** A mail server that plays its script to every client. */
export async function answeringSmtp(script: SmtpScript): Promise<AnsweringServer> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    socket.on('error', () => undefined);
    play(socket, script);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('The server listens on no port');
  return {
    url: `smtp://127.0.0.1:${address.port}`,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}

function play(socket: Socket, script: SmtpScript): void {
  let inLetter = false;
  let rest = '';
  const say = (line: string) => {
    if (line === 'hang-up') socket.destroy();
    else if (line !== 'silence') socket.write(`${line}\r\n`);
  };
  const hear = (line: string) => {
    if (inLetter) {
      if (line !== '.') return;
      inLetter = false;
      script.onLetter?.();
      return say(script.end ?? '250 2.0.0 taken as 4711');
    }
    const [word = ''] = line.toUpperCase().split(' ');
    if (word === 'EHLO') return say('250 mail.example.com');
    if (word === 'MAIL') return say(script.mail ?? '250 ok');
    if (word === 'RCPT') return say(script.rcpt ?? '250 ok');
    if (word === 'DATA') {
      inLetter = true;
      return say('354 go on');
    }
    say(word === 'QUIT' ? '221 bye' : '250 ok');
  };
  say(script.greeting ?? '220 mail.example.com ESMTP');
  socket.on('data', (chunk) => {
    const lines = (rest + chunk.toString()).split('\r\n');
    rest = lines.pop() ?? '';
    for (const line of lines) hear(line);
  });
}
