import type { Secret } from '../config/secret.ts';
import type { Time } from '../domain/time.ts';
import { type Headers, header, hmac, sameText } from '../server/signed.ts';

/** Why a request is refused; for the log and the counter, never for the sender, who might be guessing. */
export type Refusal = 'no-signature' | 'wrong-signature' | 'stale-signature';

/** How far a signed time may be off, both ways: a recorded request must not work for ever. Slack's own advice. */
const SKEW = 300_000;

/**
 * Whether a request comes from Slack: `X-Slack-Signature` is `v0=` and the HMAC-SHA256 of `v0:<seconds>:<body>`, over the
 * body's raw bytes. Compared in constant time; a secret that is not set matches nothing.
 *
 * @returns null if it does.
 */
export function refuseSlack(secret: Secret, headers: Headers, body: Uint8Array, now: Time): Refusal | null {
  const given = header(headers, 'x-slack-signature');
  const seconds = header(headers, 'x-slack-request-timestamp');
  if (given === null || seconds === null) return 'no-signature';
  if (secret.missing) return 'wrong-signature';
  if (!/^\d{1,12}$/.test(seconds) || Math.abs(now - Number(seconds) * 1_000) > SKEW) return 'stale-signature';
  return sameText(given, `v0=${hmac(secret, `v0:${seconds}:`, body)}`) ? null : 'wrong-signature';
}

/** PagerDuty never sends more than a few; the rest would only cost time. */
const MOST_SIGNATURES = 10;

/**
 * Whether a webhook comes from PagerDuty: one of the `v1=<hex>` in `X-PagerDuty-Signature` is the HMAC-SHA256 of the raw body
 * with one of the secrets. Both may be several while a secret is being changed. It holds no time: whoever records a
 * webhook can send it again, and is known by the id of the event.
 *
 * @returns null if it does.
 */
export function refusePagerduty(secrets: readonly Secret[], headers: Headers, body: Uint8Array): Refusal | null {
  const given = header(headers, 'x-pagerduty-signature');
  if (given === null) return 'no-signature';
  const signatures = given.split(',', MOST_SIGNATURES).map((one) => one.trim());
  const expected = secrets.filter(({ missing }) => !missing).map((secret) => `v1=${hmac(secret, body)}`);
  // All are compared, whatever the first says.
  const matches = expected.flatMap((own) => signatures.map((one) => sameText(one, own)));
  return matches.includes(true) ? null : 'wrong-signature';
}
