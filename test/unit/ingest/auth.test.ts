import { createHmac } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { Secret } from '../../../src/config/secret.ts';
import { refuse } from '../../../src/ingest/auth.ts';
import { type SourceConfig, sourcesSchema } from '../../../src/ingest/source-config.ts';
import { NOW } from './bodies.ts';

const secret = (value: string | null): Secret => new Secret(value, 'env TEST');
const body = Buffer.from('{"alerts":[]}\n');
const seconds = String(NOW / 1_000);
const sign = (text: string, key = 'key'): string => createHmac('sha256', key).update(text).digest('hex');
const basic = (pair: string): string => `Basic ${Buffer.from(pair).toString('base64')}`;

describe('authorization', () => {
  const bearer: Pick<SourceConfig, 'auth'> = { auth: { bearer: secret('s3cret') } };
  const user: Pick<SourceConfig, 'auth'> = { auth: { basic: { user: 'prom', password: secret('pa:ss') } } };

  test.each([
    ['the token', bearer, 'Bearer s3cret', null],
    ['the scheme in small letters', bearer, 'bearer s3cret', null],
    ['another token', bearer, 'Bearer s3creT', 'wrong-credentials'],
    ['a token and more', bearer, 'Bearer s3cret2', 'wrong-credentials'],
    ['no token', bearer, undefined, 'no-credentials'],
    ['an empty header', bearer, '', 'no-credentials'],
    ['two headers', bearer, ['Bearer s3cret', 'Bearer x'], 'no-credentials'],
    ['another scheme', bearer, basic('prom:s3cret'), 'wrong-credentials'],
    ['a secret that is not set', { auth: { bearer: secret(null) } }, 'Bearer ', 'wrong-credentials'],
    ['user and password', user, basic('prom:pa:ss'), null],
    ['another password', user, basic('prom:pa'), 'wrong-credentials'],
    ['another user', user, basic('root:pa:ss'), 'wrong-credentials'],
    ['no colon', user, basic('prom'), 'wrong-credentials'],
    [
      'a password that is not set',
      { auth: { basic: { user: 'prom', password: secret(null) } } },
      basic('prom:'),
      'wrong-credentials',
    ],
    ['nothing where the config lets anybody in', { auth: { none: true } } as const, undefined, null],
  ])('%s', (_, config, authorization, refusal) => {
    expect(refuse(config, { headers: { authorization }, body }, NOW)).toBe(refusal);
  });
});

describe('the signature of Grafana', () => {
  const plain = {
    auth: { none: true },
    hmac: { secret: secret('key'), header: 'X-Grafana-Alerting-Signature' },
  } as const;
  const timed = {
    auth: { none: true },
    hmac: { ...plain.hmac, timestamp_header: 'X-Grafana-Alerting-Timestamp' },
  } as const;
  const headers = (signature: string, time?: string) => ({
    'x-grafana-alerting-signature': signature,
    'x-grafana-alerting-timestamp': time,
  });

  test.each([
    ['over the body', plain, headers(sign(`${body}`)), null],
    ['in capitals', plain, headers(sign(`${body}`).toUpperCase()), null],
    ['with another key', plain, headers(sign(`${body}`, 'other')), 'wrong-signature'],
    ['over another body', plain, headers(sign('{}')), 'wrong-signature'],
    ['missing', plain, {}, 'no-signature'],
    [
      'with a key that is not set',
      { ...plain, hmac: { ...plain.hmac, secret: secret(null) } },
      headers(sign(`${body}`, '')),
      'wrong-signature',
    ],
    ['over time and body', timed, headers(sign(`${seconds}:${body}`), seconds), null],
    ['over the body alone where a time belongs to it', timed, headers(sign(`${body}`), seconds), 'wrong-signature'],
    ['without its time', timed, headers(sign(`${seconds}:${body}`)), 'no-signature'],
    [
      'recorded six minutes ago',
      timed,
      headers(sign(`${NOW / 1_000 - 360}:${body}`), String(NOW / 1_000 - 360)),
      'stale-signature',
    ],
    [
      'from six minutes ahead',
      timed,
      headers(sign(`${NOW / 1_000 + 360}:${body}`), String(NOW / 1_000 + 360)),
      'stale-signature',
    ],
    ['with a time that is none', timed, headers(sign(`now:${body}`), 'now'), 'stale-signature'],
  ])('%s', (_, config, given, refusal) => {
    expect(refuse(config, { headers: given, body }, NOW)).toBe(refusal);
  });

  test('comes on top of a password, not instead of it', () => {
    const both = { auth: { bearer: secret('s3cret') }, hmac: plain.hmac };
    const signed = headers(sign(`${body}`));
    expect(refuse(both, { headers: signed, body }, NOW)).toBe('no-credentials');
    expect(refuse(both, { headers: { ...signed, authorization: 'Bearer s3cret' }, body }, NOW)).toBeNull();
    expect(refuse(both, { headers: { authorization: 'Bearer s3cret' }, body }, NOW)).toBe('no-signature');
  });
});

describe('the config of the sources', () => {
  test('opens a source to anybody only in so many words', () => {
    const says = (auth: object | undefined): boolean => sourcesSchema.safeParse({ event: { auth } }).success;
    expect([undefined, {}, { none: false }, { none: true, bearer: secret('x') }].map(says)).toEqual([
      false,
      false,
      false,
      false,
    ]);
    expect([{ none: true }, { bearer: secret('x') }].map(says)).toEqual([true, true]);
  });

  test('signs only what Grafana sends, and asks only where there is an interface to ask', () => {
    const auth = { none: true };
    const hmac = { secret: secret('key') };
    const api = { url: 'http://alertmanager:9093' };
    expect(sourcesSchema.safeParse({ grafana: { auth, hmac }, alertmanager: { auth, api } }).success).toBe(true);
    expect(sourcesSchema.safeParse({ alertmanager: { auth, hmac } }).success).toBe(false);
    expect(sourcesSchema.safeParse({ event: { auth, api } }).success).toBe(false);
    expect(sourcesSchema.safeParse({ signoz: { auth, api: { url: 'file:///etc/passwd' } } }).success).toBe(false);
  });
});
