import { expect, test } from 'vitest';
import { explainRules } from '../../../src/rules/explain.ts';
import { alert, rule, rulebookOf } from './written.ts';

const said = (answers: ReturnType<typeof explainRules>) => answers.map(({ rule: name, mismatch }) => [name, mismatch]);

test('each rule says the first thing that does not fit, with what the alert has instead; near misses come first', async () => {
  const book = await rulebookOf(
    rule('far', 'alertname="other", team="sre"'),
    rule('near', 'alertname="disk:full", severity="critical"'),
    rule('fits', 'alertname="disk:full"'),
    rule('missing', 'alertname="disk:full", host="db-1"'),
  );
  const answers = explainRules(book, alert('disk:full', { severity: 'warning' }));
  expect(said(answers)).toEqual([
    ['fits', null],
    ['missing', 'host="db-1": the alert has no label host'],
    ['near', 'severity="critical": the alert has "warning"'],
    ['far', 'alertname="other": the alert has "disk:full"'],
  ]);
  expect(answers[0]).toMatchObject({ matches: true, priority: 0, mode: 'propose' });
  expect(answers[0]?.origin).toMatch(/rules\.yaml:\d+$/);
});

test('the source and what a rule excludes are reasons, too', async () => {
  const book = await rulebookOf(
    [
      'name: a',
      'description: d',
      `when: { source: [signoz], match: ['alertname="x"'] }`,
      'escalate: { policy: oncall, after: 1m }',
    ].join('\n'),
    [
      'name: b',
      'description: d',
      `when: { match: ['alertname="x"'], not: ['env="dev"'] }`,
      'escalate: { policy: oncall, after: 1m }',
    ].join('\n'),
  );
  expect(said(explainRules(book, alert('x', { env: 'dev' })))).toEqual([
    ['a', 'source is alertmanager, and the rule wants signoz'],
    ['b', 'it is excluded by not: env="dev"'],
  ]);
});
