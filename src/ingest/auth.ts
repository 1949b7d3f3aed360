import type { Time } from '../domain/time.ts';
import { type Headers, header, hmac as hmacOf, sameText } from '../server/signed.ts';
import type { SourceConfig } from './source-config.ts';

export interface Credentials {
  readonly headers: Headers;
  /** The body's raw bytes; a signature is over these and nothing else. */
  readonly body: Uint8Array;
}

/** Why a request is refused; for the log and the counter, never for the sender, who might be guessing. */
export type Refusal = 'no-credentials' | 'wrong-credentials' | 'no-signature' | 'wrong-signature' | 'stale-signature';

/** How far a signed time may be off: clocks differ, and a recorded request must not work for ever. */
const SKEW = 5 * 60_000;

/**
 * Whether a webhook comes from whom it says. Everything that the source's config asks for must hold. Comparisons take
 * constant time; a secret that is not set matches nothing.
 *
 * @returns null if it may pass.
 */
export function refuse(config: Pick<SourceConfig, 'auth' | 'hmac'>, request: Credentials, now: Time): Refusal | null {
  return refuseAuthorization(config.auth, request.headers) ?? refuseSignature(config.hmac, request, now);
}

function refuseAuthorization(auth: SourceConfig['auth'], headers: Headers): Refusal | null {
  if (auth.none === true) return null;
  const given = header(headers, 'authorization');
  if (given === null) return 'no-credentials';
  const [scheme = '', value = ''] = split(given.trim(), ' ');
  if (auth.bearer !== undefined) {
    return scheme.toLowerCase() === 'bearer' && auth.bearer.equals(value.trim()) ? null : 'wrong-credentials';
  }
  if (auth.basic === undefined || scheme.toLowerCase() !== 'basic') return 'wrong-credentials';
  const [user, password] = split(Buffer.from(value.trim(), 'base64').toString('utf8'), ':');
  // Both are always compared: the time must not tell which of them was wrong.
  const known = sameText(user, auth.basic.user);
  const right = auth.basic.password.equals(password);
  return known && right ? null : 'wrong-credentials';
}

/** Grafana's signature: HMAC-SHA256 as hex over the body, or over `seconds:body` where a time is sent along. */
function refuseSignature(hmac: SourceConfig['hmac'], { headers, body }: Credentials, now: Time): Refusal | null {
  if (hmac === undefined) return null;
  const given = header(headers, hmac.header);
  if (given === null) return 'no-signature';
  if (hmac.secret.missing) return 'wrong-signature';
  const parts: (string | Uint8Array)[] = [];
  if (hmac.timestamp_header !== undefined) {
    const seconds = header(headers, hmac.timestamp_header);
    if (seconds === null) return 'no-signature';
    if (!/^\d{1,12}$/.test(seconds) || Math.abs(now - Number(seconds) * 1_000) > SKEW) return 'stale-signature';
    parts.push(`${seconds}:`);
  }
  return sameText(given.trim().toLowerCase(), hmacOf(hmac.secret, ...parts, body)) ? null : 'wrong-signature';
}

function split(text: string, at: string): readonly [string, string] {
  const index = text.indexOf(at);
  return index === -1 ? [text, ''] : [text.slice(0, index), text.slice(index + 1)];
}
