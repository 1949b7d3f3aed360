import { expect, test } from 'vitest';
import { crossCheck } from '../../../src/rules/cross-check.ts';
import { rule, rulebookOf } from './written.ts';

test('finds names that the config does not have', async () => {
  const book = await rulebookOf(
    rule('good', 'alertname="x"', 'approval: { from: leads }', 'guards: { window: nights }'),
    rule('always', 'alertname="y"', 'guards: { window: always }'),
    rule('bad', 'alertname="z"', 'approval: { from: leeds }', 'guards: { window: days }'),
  );
  const names = { policies: ['oncal'], approvers: ['leads'], windows: ['nights'] };
  expect(
    crossCheck(book, { ...names, policies: ['oncall'] }).map(({ line, message, fix }) => [line, message, fix]),
  ).toEqual([
    [expect.any(Number), "rule 'bad': the config has no group of approvers 'leeds'", "did you mean 'leads'?"],
    [expect.any(Number), "rule 'bad': the config has no time window 'days'", 'use one of always, nights'],
  ]);
  expect(crossCheck(book, names).filter(({ message }) => message.includes("escalation policy 'oncall'"))).toHaveLength(
    3,
  );
});
