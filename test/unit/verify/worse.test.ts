import { describe, expect, test } from 'vitest';
import { parseMatchers } from '../../../src/rules/matchers/matcher.ts';
import { createRulebook } from '../../../src/rules/rulebook.ts';
import type { NewAlert } from '../../../src/store/new-alerts.ts';
import type { DependsOn } from '../../../src/verify/config.ts';
import { type Acted, sayWitnesses, witnesses } from '../../../src/verify/worse.ts';
import { ruleOf } from '../decide/bench.ts';

const GATEWAY = { kind: 'service', id: 'gateway' };

const acted: Acted = { targets: [GATEWAY], alerts: [{ name: 'gateway:down', labels: { region: 'eu' } }] };

const alert = (more: Partial<NewAlert> = {}): NewAlert => ({
  source: 'alertmanager',
  name: 'phone:offline',
  labels: { phone_id: '7' },
  openedAt: 5,
  incidentId: 'inc-2',
  rule: 'phone-offline',
  target: { kind: 'phone', id: '7' },
  ...more,
});

const rules = (unless: string) =>
  createRulebook([
    ruleOf({ name: 'phone-offline', guards: { ...ruleOf().guards, unless: [parseMatchers(unless)] } }),
    ruleOf({ name: 'another' }),
  ]);

const dependsOn = (match: string, on: DependsOn[number]['on']): DependsOn => [{ match: parseMatchers(match), on }];

const because = (fresh: NewAlert, unless = 'alertname="x"', config: DependsOn = []) =>
  witnesses([fresh], acted, rules(unless), config).map((one) => one.because)[0] ?? 'nothing';

describe('which new alerts speak against a run', () => {
  test.each<[string, NewAlert, string, DependsOn, string]>([
    ['one on its target, of whichever rule', alert({ target: GATEWAY, rule: 'another' }), 'x="y"', [], 'target'],
    ['one on something else', alert(), 'x="y"', [], 'nothing'],
    ['one on another thing of that name', alert({ target: { kind: 'phone', id: 'gateway' } }), 'x="y"', [], 'nothing'],
    ['one of a rule that waits for the alert', alert(), 'alertname="gateway:down"', [], 'rule'],
    ['but not where the matchers differ', alert(), 'alertname="gateway:down",region="us"', [], 'nothing'],
    ['nor of another rule', alert({ rule: 'another' }), 'alertname="gateway:down"', [], 'nothing'],
    ['one that the config names', alert(), 'x="y"', dependsOn('alertname=~"phone:.*"', GATEWAY), 'config'],
    [
      'one whose label names the target',
      alert({ labels: { service: 'gateway' }, rule: null, target: null, incidentId: null }),
      'x="y"',
      dependsOn('service!=""', { kind: 'service', label: 'service' }),
      'config',
    ],
    [
      'but not another target',
      alert({ labels: { service: 'shop' } }),
      'x="y"',
      dependsOn('service!=""', { kind: 'service', label: 'service' }),
      'nothing',
    ],
  ])('%s', (_, fresh, unless, config, expected) => {
    expect(because(fresh, unless, config)).toBe(expected);
  });
});

test('they are told by name, each once', () => {
  const found = witnesses(
    ['a', 'b', 'a', 'c', 'd', 'e', 'f', 'g'].map((name) => alert({ name, target: GATEWAY })),
    acted,
    rules('x="y"'),
    [],
  );
  expect(sayWitnesses(found.slice(0, 1))).toBe('1 new alert since its first change: a');
  expect(sayWitnesses(found)).toBe('8 new alerts since its first change: a, b, c, d, e and 2 more kinds');
});
