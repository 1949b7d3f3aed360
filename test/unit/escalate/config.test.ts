import { describe, expect, test } from 'vitest';
import { escalationSchema, policyFor, startingLevel } from '../../../src/escalate/config.ts';

const oncall = {
  name: 'oncall',
  levels: [
    { name: 'L1', after: '0s' },
    { name: 'L2', after: { default: '1h', critical: '15m' }, notify: ['slack', 'pagerduty:leads'], who: 'lead' },
    { name: 'L3', after: '2h', notify: { default: ['slack'], critical: ['slack:#managers'] } },
  ],
  start_at: [
    { level: 'L2', match: ['alertname="Down"'] },
    { level: 'L3', match: ['alertname="Down"', 'region="all"'] },
  ],
};
const config = escalationSchema.parse({ policies: [oncall] });
const alert = (name: string, labels = {}) => ({ name, labels });

test('a policy says for each severity when a level is told, and where', () => {
  expect(policyFor(config, 'oncall', 'critical')).toMatchObject({
    ackFor: 1_800_000,
    levels: [
      { name: 'L1', after: 0, notify: null },
      { after: 900_000, notify: ['slack', 'pagerduty:leads'], who: 'lead' },
      { notify: ['slack:#managers'] },
    ],
  });
  expect(policyFor(config, 'oncall', 'low')?.levels.map(({ after }) => after)).toEqual([0, 3_600_000, 7_200_000]);
  expect(policyFor(config, 'oncall', 'low')?.levels[2]?.notify).toEqual(['slack']);
  expect(policyFor(config, 'nobody', 'low')).toBeUndefined();
});

test('the highest level that one of the alerts asks for is told at once', () => {
  expect(startingLevel(config, 'oncall', [alert('Slow')])).toBe(0);
  expect(startingLevel(config, 'oncall', [alert('Slow'), alert('Down')])).toBe(1);
  expect(startingLevel(config, 'oncall', [alert('Down', { region: 'all' })])).toBe(2);
});

test('without a word there is one level that tells everybody at once', () => {
  expect(policyFor(escalationSchema.parse(undefined), 'oncall', 'high')?.levels).toMatchObject([
    { after: 0, notify: null },
  ]);
});

describe('refuses', () => {
  test.each([
    [
      'a level that is told before the one below it',
      { levels: [oncall.levels[0], { name: 'L2', after: '2h' }, { name: 'L3', after: { default: '3h', high: '1h' } }] },
      "comes before 'L2' (high)",
    ],
    [
      'two levels of one name',
      { levels: [oncall.levels[0], { name: 'L1', after: '1h' }] },
      "there is a level 'L1' already",
    ],
    [
      'a level that does not exist',
      { ...oncall, start_at: [{ level: 'L9', match: ['a="b"'] }] },
      "there is no level 'L9'",
    ],
    ['no level at all', { levels: [] }, ''],
    ['what is no channel', { levels: [{ name: 'L1', after: '0s', notify: ['Slack: #x'] }] }, 'is no channel'],
  ])('%s', (_, policy, message) => {
    const parsed = escalationSchema.safeParse({ policies: [{ name: 'oncall', ...policy }] });
    expect(parsed.success).toBe(false);
    expect(JSON.stringify(parsed.error?.issues)).toContain(message);
  });
});
