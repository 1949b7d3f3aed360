import { createTransport } from 'nodemailer';
import type { Millis } from '../../domain/time.ts';
import { whyFailed } from '../http-answer.ts';
import type { Fate } from '../partly.ts';
import { conceal } from '../said.ts';
import { cleanLine } from '../say/clean.ts';
import type { EmailConfig } from './config.ts';
import { forAll, type Letter, type Post } from './letter.ts';

type SmtpConfig = NonNullable<EmailConfig['smtp']>;

/** As much of nodemailer's errors as is read. */
interface SmtpError extends Error {
  readonly code?: string | undefined;
  readonly response?: string | undefined;
  readonly responseCode?: number | undefined;
  readonly recipient?: string | undefined;
}

/** Posts through a mail server. One connection for each letter: pages are few, and a kept one is dead when it counts. */
export function smtpPost(config: SmtpConfig, timeout: Millis): Post {
  return async (letter, signal) => {
    const transport = createTransport({
      host: config.host,
      port: config.port,
      secure: config.tls === 'implicit',
      requireTLS: config.tls === 'starttls',
      ignoreTLS: config.tls === 'none',
      ...(config.ca === undefined ? {} : { tls: { ca: config.ca } }),
      ...(config.user === undefined ? {} : { auth: { user: config.user, pass: config.password?.reveal() ?? '' } }),
      // The library's own are minutes.
      connectionTimeout: timeout,
      greetingTimeout: timeout,
      socketTimeout: timeout,
      dnsTimeout: timeout,
      socketCloseTimeout: 0,
      disableFileAccess: true,
      disableUrlAccess: true,
    });
    try {
      const { accepted, rejectedErrors, response } = await transport.sendMail({
        ...mailOf(letter),
        signal: AbortSignal.any([signal, AbortSignal.timeout(2 * timeout)]),
      } as Parameters<typeof transport.sendMail>[0]);
      const taken = accepted.map((one) => [String(one), { kind: 'taken', said: cleanLine(response, 200) }] as const);
      return [...taken, ...refusals(rejectedErrors)];
    } catch (error) {
      if (signal.aborted) return forAll(letter, { kind: 'later', after: null, why: 'cut off by our own shutdown' });
      return forAll(letter, fateOf(error as SmtpError, config));
    } finally {
      transport.close();
    }
  };
}

function mailOf({ from, to, subject, text, messageId, headers, urgent, file }: Letter) {
  const envelope = { from, to: [...to] };
  const attachments =
    file === null ? [] : [{ filename: file.name, content: file.text, contentType: 'text/markdown; charset=utf-8' }];
  const priority = urgent ? ('high' as const) : ('normal' as const);
  return { from, to: [...to], envelope, subject, text, messageId, headers: { ...headers }, priority, attachments };
}

function refusals(errors: readonly SmtpError[] | undefined): readonly (readonly [string, Fate])[] {
  return (errors ?? []).map((error) => {
    const why = `the mail server answered ${cleanLine(error.response ?? error.message, 200)}`;
    const passes = (error.responseCode ?? 500) < 500;
    return [error.recipient ?? '', passes ? { kind: 'later', after: null, why } : { kind: 'refused', why }] as const;
  });
}

/** What a failed attempt means. The first figure of an answer tells: 4 is for now, 5 for good. */
function fateOf(error: SmtpError, { password, tls }: SmtpConfig): Fate {
  const secrets = password === undefined ? [] : [password];
  const { code, responseCode } = error;
  const answered = cleanLine(conceal(error.response ?? error.message, secrets), 250);
  const lasting = responseCode !== undefined && responseCode >= 500;
  if (code === 'EAUTH' && (lasting || responseCode === undefined)) {
    return {
      kind: 'refused',
      why: `the mail server refused our login (${answered}): correct notify.email.smtp.user and password`,
    };
  }
  if (code === 'ETLS' && lasting && tls === 'starttls') {
    return {
      kind: 'refused',
      why: `the mail server offers no STARTTLS (${answered}): set notify.email.smtp.tls to implicit with port 465, or to none for a relay on this machine`,
    };
  }
  if (lasting) return { kind: 'refused', why: `the mail server answered ${answered}` };
  if (responseCode !== undefined && responseCode >= 400) {
    return { kind: 'later', after: null, why: `the mail server answered ${answered}` };
  }
  const why = error.name === 'AbortError' || error.name === 'TimeoutError' ? 'no answer in time' : whyFailed(error);
  return { kind: 'later', after: null, why: `the mail server could not be reached: ${conceal(why, secrets)}` };
}
