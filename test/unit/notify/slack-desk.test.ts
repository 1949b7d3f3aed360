import { describe, expect, test } from 'vitest';
import { isSlacks } from '../../../src/notify/slack/desk.ts';

const real = { response_hosts: ['hooks.slack.com'], api_url: 'https://slack.com/api/' };

describe('an address to answer at', () => {
  test.each([
    'https://hooks.slack.com/actions/T0/1/x',
    'https://hooks.slack.com:443/commands/T0/1/x',
    'https://HOOKS.slack.com/x',
    'https://hooks\u3002slack\uff0ecom/x',
  ])('%s is Slack’s', (address) => {
    expect(isSlacks(real, address)).toBe(true);
  });

  test.each([
    'http://hooks.slack.com/x',
    'https://hooks.slack.com:8443/x',
    'https://hooks.slack.com:80/x',
    'https://hooks.slack.com.evil.example/x',
    'https://evil.example/hooks.slack.com',
    'https://evil-hooks.slack.com/x',
    'https://hooks.slack.com@evil.example/x',
    'https://evil.example#@hooks.slack.com/x',
    'https://evil.example\\@hooks.slack.com/x',
    'https://user:secret@hooks.slack.com/x',
    'https://user@hooks.slack.com/x',
    'https://hooks.slack.com./x',
    'https://hooks.slаck.com/x',
    'https://slack.com/x',
    'https://127.0.0.1/x',
    'https://[::ffff:127.0.0.1]/x',
    'https://169.254.169.254/latest/meta-data',
    'ftp://hooks.slack.com/x',
    'javascript://hooks.slack.com/%0aalert(1)',
    'hooks.slack.com/x',
    '//hooks.slack.com/x',
    '',
    'https://',
  ])('%s is not', (address) => {
    expect(isSlacks(real, address)).toBe(false);
  });

  test('may have a port of its own only where the API has the same', () => {
    const standIn = { response_hosts: ['127.0.0.1'], api_url: 'http://127.0.0.1:4100/api/' };
    expect(isSlacks(standIn, 'http://127.0.0.1:4100/x')).toBe(true);
    expect(isSlacks(standIn, 'http://127.0.0.1:4101/x')).toBe(false);
    expect(isSlacks(standIn, 'https://127.0.0.1:4100/x')).toBe(false);
    expect(isSlacks({ ...standIn, response_hosts: ['hooks.slack.com'] }, 'http://127.0.0.1:4100/x')).toBe(false);
  });
});
