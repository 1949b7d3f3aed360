import { expect, test } from 'vitest';
import { dependency, firingAlerts } from '../../../src/decide/guards/dependency.ts';
import { parseMatchers } from '../../../src/rules/matchers/matcher.ts';
import { factsOf, said, subjectOf } from './bench.ts';

const vendor = { name: 'vendor:down', labels: { region: 'eu' } };

const ask = (unless: readonly string[], alerts: readonly (typeof vendor)[], most = 10) =>
  dependency.ask(
    subjectOf({ limits: { unless: unless.map(parseMatchers) } }),
    factsOf({ firing: firingAlerts(alerts, most) }),
  );

test.each<[string, readonly string[], readonly (typeof vendor)[], string]>([
  ['no dependency', [], [vendor], 'yes'],
  ['nothing fires', ['alertname="vendor:down"'], [], 'yes'],
  ['something else fires', ['alertname="vendor:down"'], [{ ...vendor, name: 'other' }], 'yes'],
  ['it fires', ['alertname="vendor:down"'], [vendor], 'dependency +15000'],
  ['one of several fires', ['alertname="dns"', 'alertname=~"vendor:.*"'], [vendor], 'dependency +15000'],
  ['all matchers of an entry have to agree', ['alertname="vendor:down",region="us"'], [vendor], 'yes'],
  ['they do', ['alertname="vendor:down",region="eu"'], [vendor], 'dependency +15000'],
])('%s', (_, unless, alerts, expected) => {
  expect(said(ask(unless, alerts))).toBe(expected);
});

test('P11: names the alert and the entry that it matches', () => {
  expect(ask(['alertname="vendor:down",region!="us"'], [vendor]).numbers).toEqual({
    alert: 'vendor:down',
    labels: { region: 'eu' },
    matcher: 'alertname="vendor:down", region!="us"',
  });
});

test('P4: more alerts than can be looked at are a no', () => {
  const many = Array.from({ length: 3 }, (_, i) => ({ name: `a${i}`, labels: { region: 'eu' } }));
  expect(said(ask(['alertname="vendor:down"'], many, 3))).toBe('yes');
  expect(said(ask(['alertname="vendor:down"'], many, 2))).toBe('dependency +15000');
});

test('looks once, however many ask', () => {
  let looks = 0;
  const [matcher] = parseMatchers('alertname="x"');
  const counting = [
    {
      ...(matcher ?? expect.unreachable()),
      test: () => {
        looks += 1;
        return false;
      },
    },
  ];
  const facts = factsOf({ firing: firingAlerts([vendor], 10) });
  for (let i = 0; i < 100; i += 1) dependency.ask(subjectOf({ limits: { unless: [counting] } }), facts);
  expect(looks).toBe(1);
});
