import { describe, expect, test } from 'vitest';
import { REDACTED, redact, redactText } from '../../../src/domain/redact.ts';

describe('redactText', () => {
  test.each([
    ['Authorization: Bearer abc.def-123456', 'abc.def'],
    ['curl -H "Authorization: Basic dXNlcjpwYXNz"', 'dXNlcjpwYXNz'],
    ['sent Bearer abcdefgh12345678 to the API', 'abcdefgh12345678'],
    ['connect postgres://cerniq:hunter2@db:5432/cerniq failed', 'hunter2'],
    ['redis://:hunter2@cache:6379/2', 'hunter2'],
    ['password=hunter2 host=db', 'hunter2'],
    ['{"password":"hunt er2","user":"a"}', 'hunt er2'],
    ["ANTHROPIC_API_KEY: 'hunter2'", 'hunter2'],
    ['GET /status?account=1&key=hunter2', 'hunter2'],
    ['GET /status?access_token=hunter2&x=1', 'hunter2'],
    ['client_secret = hunter2', 'hunter2'],
    ['jwt eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.c2lnbmF0dXJl', 'eyJhbGciOiJIUzI1NiJ9'],
    ['slack said no to xoxb-1234567890-abcdef', 'xoxb-1234567890'],
    ['-----BEGIN RSA PRIVATE KEY-----\nhunter2\n-----END RSA PRIVATE KEY-----', 'hunter2'],
  ])('takes the secret out of %s', (text, secret) => {
    const clean = redactText(text);
    expect(clean).not.toContain(secret);
    expect(clean).toContain(REDACTED);
  });

  test.each([
    'circuit:anaf:state is OPEN',
    'GET /api/v1/outreach/phones/phone_07 answered 200',
    'bull:q:wa:phone_01:wait holds 12 jobs',
    'http://localhost:64000/health',
    'the key is missing',
    'UPDATE approval_tasks SET escalation_level = $2 WHERE id = $1',
  ])('leaves %s as it is', (text) => {
    expect(redactText(text)).toBe(text);
  });

  test('changes nothing more the second time', () => {
    const once = redactText('Authorization: Bearer abcdefgh, password=hunter2, redis://:hunter2@cache/1');
    expect(redactText(once)).toBe(once);
  });

  test.each(['a', 'a.', 'eyJ-', 'token', 'key=', '-----BEGIN ', 'http://a:'])(
    'stays fast on a megabyte of %j',
    (piece) => {
      const started = performance.now();
      redactText(piece.repeat(1_000_000 / piece.length));
      expect(performance.now() - started).toBeLessThan(5_000);
    },
  );
});

describe('redact', () => {
  test('takes out fields that are named like secrets, at any depth, and nothing else', () => {
    const given = {
      key: 'circuit:anaf:state',
      apiKey: 'hunter2',
      headers: { Authorization: 'hunter2', accept: 'json' },
      list: [{ password: 'hunter2' }, 'token=hunter2', 3],
      inputTokens: 1_200,
      hasToken: true,
      token: null,
    };
    expect(redact(given)).toEqual({
      key: 'circuit:anaf:state',
      apiKey: REDACTED,
      headers: { Authorization: REDACTED, accept: 'json' },
      list: [{ password: REDACTED }, `token=${REDACTED}`, 3],
      inputTokens: 1_200,
      hasToken: true,
      token: null,
    });
  });
});
