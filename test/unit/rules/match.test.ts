import { describe, expect, test } from 'vitest';
import type { Remediation } from '../../../src/remediation/define.ts';
import { matchAlert } from '../../../src/rules/match.ts';
import { alert, remediations, rule, rulebookOf } from './written.ts';

const reconnect = 'do: [{ remediation: phones/reconnect, with: { phone: { label: phone_id } } }]';

test('finds the rule, binds its parameters and asks the remediation for the target', async () => {
  const book = await rulebookOf(rule('phone', 'alertname="phone:offline"', reconnect), rule('other', 'alertname="x"'));
  expect(matchAlert(book, remediations, alert('phone:offline', { phone_id: 'phone_07' }))).toMatchObject({
    kind: 'rule',
    rule: { name: 'phone' },
    target: { kind: 'phone', id: 'phone_07' },
    plan: [{ remediation: 'phones/reconnect', params: { phone: 'phone_07' } }],
  });
});

test('leaves an alert alone that no rule takes', async () => {
  const book = await rulebookOf(rule('x', 'alertname="x"'));
  expect(matchAlert(book, remediations, alert('y'))).toEqual({
    kind: 'unmatched',
    target: { kind: 'alert', id: 'alertmanager/f00d' },
  });
});

describe('the target of a rule that only tells people', () => {
  test('is the alert', async () => {
    const book = await rulebookOf(rule('x', 'alertname="x"'));
    expect(matchAlert(book, remediations, alert('x'))).toMatchObject({
      kind: 'rule',
      plan: [],
      target: { kind: 'alert', id: 'alertmanager/f00d' },
    });
  });

  test.each([
    ['is what its label says', { host: 'db-1' }, { kind: 'host', id: 'db-1' }],
    ['is the alert where the label is missing', {}, { kind: 'alert', id: 'alertmanager/f00d' }],
  ])('%s', async (_, labels, target) => {
    const book = await rulebookOf(rule('x', 'alertname="x"', 'target: { kind: host, label: host }'));
    expect(matchAlert(book, remediations, alert('x', labels))).toMatchObject({ kind: 'rule', target });
  });
});

describe('several rules', () => {
  test('the higher priority wins', async () => {
    const book = await rulebookOf(
      rule('any', 'alertname=~".+"'),
      rule('special', 'alertname="x"', 'priority: 10'),
      rule('middle', 'alertname=~"x|y"', 'priority: 5'),
    );
    expect(matchAlert(book, remediations, alert('x'))).toMatchObject({ rule: { name: 'special' } });
    expect(matchAlert(book, remediations, alert('y'))).toMatchObject({ rule: { name: 'middle' } });
    expect(matchAlert(book, remediations, alert('z'))).toMatchObject({ rule: { name: 'any' } });
  });

  test('a tie at the top is for a person, with all names', async () => {
    const book = await rulebookOf(
      rule('a', 'alertname="x"', 'priority: 1'),
      rule('b', 'alertname=~"x.*"', 'priority: 1'),
      rule('c', 'alertname="x"'),
    );
    expect(matchAlert(book, remediations, alert('x'))).toMatchObject({
      kind: 'ambiguous',
      rules: [{ name: 'a' }, { name: 'b' }],
      target: { kind: 'alert' },
    });
  });
});

describe('what a rule takes', () => {
  const when = (text: string): string => `name: x\ndescription: X.\nmode: observe\nwhen: ${text}`;

  test.each([
    ['its sources only', `{ source: [event], match: ['alertname="x"'] }`, alert('x'), false],
    ['its sources', `{ source: [event], match: ['alertname="x"'] }`, alert('x', {}, { source: 'event' }), true],
    ['all matchers', `{ match: ['alertname="x"', 'a="1"'] }`, alert('x', { a: '2' }), false],
    ['no excluded alert', `{ match: ['alertname="x"'], not: ['a="1",b="1"', 'c="1"'] }`, alert('x', { c: '1' }), false],
    [
      'what only a part of an exclusion fits',
      `{ match: ['alertname="x"'], not: ['a="1",b="1"'] }`,
      alert('x', { a: '1' }),
      true,
    ],
    ['any name where it names none', `{ match: ['a="1"'] }`, alert('whatever', { a: '1' }), true],
  ])('%s', async (_, text, given, taken) => {
    const book = await rulebookOf(when(text));
    expect(matchAlert(book, remediations, given).kind).toBe(taken ? 'rule' : 'unmatched');
  });
});

describe('binding', () => {
  const unblock = (given: string): string => `do: [{ remediation: queues/unblock, with: ${given} }]`;

  test.each([
    ['a constant', '{ queue: a }', {}, { queue: 'a', hard: false }],
    ['a label', '{ queue: { label: q } }', { q: 'bronze:csv' }, { queue: 'bronze:csv', hard: false }],
    ['the name of the alert', '{ queue: { label: alertname } }', {}, { queue: 'x', hard: false }],
    ['a default where the label is missing', '{ queue: { label: q, default: a } }', {}, { queue: 'a', hard: false }],
    ['a number', '{ queue: a, most: { label: n } }', { n: '12' }, { queue: 'a', most: 12, hard: false }],
    ['true or false', '{ queue: a, hard: { label: h } }', { h: 'true' }, { queue: 'a', hard: true }],
    [
      'nothing for an optional one whose label is missing',
      '{ queue: a, most: { label: n } }',
      {},
      { queue: 'a', hard: false },
    ],
  ])('gives %s', async (_, given, labels, params) => {
    const book = await rulebookOf(rule('x', 'alertname="x"', unblock(given)));
    expect(matchAlert(book, remediations, alert('x', labels))).toMatchObject({ kind: 'rule', plan: [{ params }] });
  });

  test.each([
    ['a missing label', '{ queue: { label: q } }', {}, "queues/unblock: the alert has no label 'q' for 'queue'"],
    ['a label that is a command', '{ queue: { label: q } }', { q: 'a; reboot' }, 'queue: expected the name of a queue'],
    ['a number that is none', '{ queue: a, most: { label: n } }', { n: 'many' }, 'most:'],
    ['a label named after the language', '{ queue: { label: constructor } }', {}, "no label 'constructor'"],
  ])('refuses %s', async (_, given, labels, why) => {
    const book = await rulebookOf(rule('x', 'alertname="x"', unblock(given)));
    expect(matchAlert(book, remediations, alert('x', labels))).toMatchObject({
      kind: 'invalid',
      rule: { name: 'x' },
      why: expect.stringContaining(why),
    });
  });

  test('refuses the whole plan where a later attempt does not fit, and keeps the target', async () => {
    const both = `do:\n  - { remediation: phones/reconnect, with: { phone: { label: phone_id } } }\n  - { remediation: queues/unblock, with: { queue: { label: q } } }`;
    const book = await rulebookOf(rule('x', 'alertname="x"', both));
    expect(matchAlert(book, remediations, alert('x', { phone_id: 'phone_1' }))).toMatchObject({
      kind: 'invalid',
      target: { kind: 'phone', id: 'phone_1' },
    });
  });
});

test('answers a remediation that throws, or is gone, with an error instead of throwing', async () => {
  const book = await rulebookOf(rule('x', 'alertname="x"', reconnect));
  const given = alert('x', { phone_id: 'phone_1' });
  expect(matchAlert(book, new Map(), given)).toMatchObject({
    kind: 'error',
    why: expect.stringContaining('phones/reconnect'),
  });
  const original = remediations.get('phones/reconnect') as Remediation;
  const throwing: Remediation = {
    ...original,
    target: () => {
      throw new Error('boom');
    },
  };
  expect(matchAlert(book, new Map([['phones/reconnect', throwing]]), given)).toMatchObject({
    kind: 'error',
    why: 'boom',
  });
});

test('matches a storm of ten thousand alerts against a hundred rules in no time', async () => {
  const rules = Array.from({ length: 95 }, (_, i) => rule(`rule-${i}`, `alertname="alert-${i}"`, reconnect));
  const wide = Array.from({ length: 5 }, (_, i) => rule(`wide-${i}`, `team=~"t${i}.*"`, 'priority: -1'));
  const book = await rulebookOf(...rules, ...wide);
  const storm = Array.from({ length: 10_000 }, (_, i) =>
    alert(`alert-${i % 200}`, { phone_id: `phone_${i}`, team: 'none' }),
  );
  const started = performance.now();
  const kinds = storm.map((one) => matchAlert(book, remediations, one).kind);
  expect(performance.now() - started).toBeLessThan(1_500);
  expect(kinds.filter((kind) => kind === 'rule')).toHaveLength(4_750);
});
