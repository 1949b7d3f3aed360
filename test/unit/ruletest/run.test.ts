import { describe, expect, test } from 'vitest';
import { printFailure } from '../../../src/ruletest/print.ts';
import { rule, runToy } from './toy.ts';

const alerts = `alerts:
  one: { name: ThingBroken, labels: { thing: one } }
  two: { name: ThingBroken, labels: { thing: two } }
`;

/** Its second attempt is bound to a label that two alerts of one incident may have different. */
const twice = rule('    approval: { from: oncall, within: 1h }\n')
  .replace('do: [', 'do: [{ remediation: things/mend, with: { thing: { label: thing } } }, ')
  .replace(
    '{ remediation: things/mend, with: { thing: { label: thing } } }]',
    '{ remediation: things/sign-once, with: { thing: { label: other } } }]',
  );

/** The steps of one test, as a file. */
const file = (steps: string, more = '') => `${alerts}tests:\n  - name: it\n${more}    steps:\n${steps}`;

describe('what a test can say', () => {
  test.each([
    [
      'people approve, and only then it runs',
      rule('    approval: { from: oncall, within: 10m }\n'),
      `      - { at: 0s, fires: one, expect: { state: approving, verdict: ask, reason: approval-required, asked: 1, runs: 0 } }
      - { at: 1m, approve: ana, expect: { state: running, runs: [things/mend] } }`,
    ],
    [
      'two people are needed, and the same one counts once',
      rule('    approval: { from: oncall, needs: 2, within: 10m }\n'),
      `      - { at: 0s, fires: one, approve: ana, expect: { state: approving, answered: counted, runs: 0 } }
      - { at: 1m, approve: ana, expect: { state: approving, answered: repeated, runs: 0 } }
      - { at: 2m, approve: bob, expect: { state: running, answered: approved, runs: 1 } }
      - { at: 3m, approve: cleo, expect: { answered: decided, runs: 1 } }`,
    ],
    [
      'several answer one after another, and a no wins',
      rule('    approval: { from: oncall, needs: 2, within: 10m }\n'),
      `      - { at: 0s, fires: one, approve: [ana, { by: eve, stranger: true }], deny: ana, expect: { state: escalated, reason: denied, answered: denied, runs: 0 } }`,
    ],
    [
      'a stranger changes nothing',
      rule('    approval: { from: oncall, within: 10m }\n'),
      `      - { at: 0s, fires: one, approve: { by: eve, stranger: true }, expect: { state: approving, answered: not-allowed } }
      - { at: 1m, deny: { by: eve, stranger: true }, expect: { state: approving, answered: not-allowed, pages: 0 } }`,
    ],
    [
      'who is late changes nothing',
      rule('    approval: { from: oncall, within: 10m }\n'),
      `      - { at: 0s, fires: one }
      - { at: 10m, approve: ana, expect: { state: escalated, reason: approval-expired, runs: 0 } }`,
    ],
    [
      'a yes to what has changed meanwhile is no yes to what would be run now',
      twice,
      `      - { at: 0s, run: failed, fires: { name: ThingBroken, labels: { thing: one, other: cup } }, approve: ana }
      - { at: 5m, expect: { state: approving, runs: [things/mend], asked: 2 } }
      - { at: 6m, fires: { name: ThingBroken, labels: { thing: one, other: jug } } }
      - { at: 7m, resolves: { name: ThingBroken, labels: { thing: one, other: cup } } }
      - { at: 8m, approve: ana, expect: { state: approving, answered: changed, asked: 3, runs: [things/mend] } }
      - { at: 9m, approve: ana, expect: { state: running, answered: approved, runs: [things/mend, things/sign-once] } }`,
    ],
    [
      'nobody is asked, so no answer counts',
      rule(),
      '      - { at: 0s, fires: one, approve: ana, expect: { state: running, answered: not-asked } }',
    ],
    [
      'people deny',
      rule('    approval: { from: oncall, within: 10m }\n'),
      `      - { at: 0s, fires: [one, two] }
      - { at: 1m, deny: { by: ana, target: "thing:one" }, expect: [{ target: "thing:one", state: escalated, reason: denied, pages: 1 }, { target: "thing:two", state: approving }] }`,
    ],
    [
      'nobody answers',
      rule('    approval: { from: oncall, within: 10m }\n'),
      `      - { at: 0s, fires: one }
      - { at: 10m, expect: { state: escalated, reason: approval-expired, pages: 1 } }`,
    ],
    [
      'somebody takes it over, so the deadline pages nobody',
      rule('    guards: { window: always }\n'),
      `      - { at: 0s, pause: everything, fires: one, expect: { state: held, reason: paused, deadline: 15m, held_until: 1m } }
      - { at: 5m, ack: ana, expect: { deadline: none } }
      - { at: 20m, expect: { state: held, pages: 0, open: 1 } }`,
    ],
    [
      'a pause ends by itself',
      rule(),
      `      - { at: 0s, pause: { rule: thing, for: 3m }, fires: one, expect: { reason: paused } }
      - { after: 4m, expect: { runs: 1 } }`,
    ],
    [
      'runs come to what the test says, of the remediation that it names',
      rule(),
      `      - { at: 0s, run: { ends: failed, of: things/mend, takes: 1m }, fires: one }
      - { at: 59s, expect: { state: running } }
      - { at: 1m, expect: { state: escalated, reason: failed, outcome: failed } }`,
    ],
    [
      'what was carried out, and is as sick as before',
      rule(),
      `      - { at: 0s, probe: { is: sick, target: "thing:one" }, fires: [one], run: { takes: 0s } }
      - { at: 3m, expect: { state: escalated, reason: ineffective } }`,
    ],
    [
      'what flaps is left alone, and pages at its deadline when it stays on',
      rule('    guards: { flapping: { changes: 4, within: 30m } }\n'),
      `      - { at: 0s, pause: everything, fires: one }
      - { at: 1m, resolves: one }
      - { at: 2m, fires: one }
      - { at: 3m, resolves: one }
      - { at: 4m, resume: everything, fires: one, expect: { state: held, reason: flapping, pages: 0, deadline: 19m } }
      - { at: 19m, expect: { state: escalated, reason: deadline, pages: 1, runs: 0 } }`,
    ],
    [
      'a hundred alerts in one line',
      rule('    guards: { concurrency: 3 }\n'),
      `      - at: 0s
        fires: { name: ThingBroken, labels: { thing: "t-{001..100}" } }
        expect: { incidents: 100, states: { running: 3, held: 97 }, open: 100 }
      - { at: 1h, resolves: all, expect: { open: 0 } }`,
    ],
    [
      'an observing rule is watched; rehearsals are no runs',
      rule().replace('mode: auto', 'mode: observe'),
      `      - { at: 0s, fires: one, expect: { state: observing, verdict: observe, runs: 0, run: none } }
      - { at: 5m, resolves: one, expect: { state: closed, reason: cleared-by-itself } }`,
    ],
  ])('%s', async (_, rules, steps) => {
    const { said, results } = await runToy(rules, file(steps));
    expect(said).toEqual([]);
    expect(results).toHaveLength(1);
  });

  test('only the rules that it names are in force', async () => {
    const { said, untested } = await runToy(
      `${rule()}  - name: other\n    description: Another.\n    when: { match: ['alertname="ThingBroken"'] }\n    priority: 1\n`,
      file('      - { at: 0s, fires: one, expect: { rule: thing, verdict: run } }', '    rules: [thing]\n'),
    );
    expect(said).toEqual([]);
    expect(untested).toEqual(['other']);
  });

  test('a window counts from the start that it says', async () => {
    const steps = '      - { at: 0s, fires: one, expect: { verdict: run } }';
    expect((await runToy(rule(), file(steps, "    start: '2026-03-29T00:59:00Z'\n"))).said).toEqual([]);
  });
});

describe('what it says', () => {
  test('every expectation that is missed, at its place; and the story around it', async () => {
    const steps = `      - at: 0s
        fires: one
      - at: 1m
        expect:
          - { state: healed, pages: 2 }
          - rule: thing
            guards: { cooldown: { ok: false } }
      - at: 16m
        expect: { pages: 0 }
`;
    const { said, results } = await runToy(rule(), file(steps));
    expect(said).toEqual([
      'things.test.yaml:11:15: expected state healed, found verifying, of thing on thing:one',
      'things.test.yaml:11:30: expected pages 2, found 0',
      'things.test.yaml:13:35: expected guards.cooldown.ok false, found true, of thing on thing:one',
      'things.test.yaml:15:19: expected pages 0, found 1',
    ]);
    const text = results
      .map(printFailure)
      .join('')
      .replaceAll(/\/tmp\S*\//g, '');
    expect(text).toMatchInlineSnapshot(`
      "FAILED  it  (things.test.yaml:5)
        things.test.yaml:11:30: expected pages 2, found 0
        things.test.yaml:11:15: expected state healed, found verifying, of thing on thing:one
        things.test.yaml:13:35: expected guards.cooldown.ok false, found true, of thing on thing:one
        things.test.yaml:15:19: expected pages 0, found 1

               0 s > fires: one
               0 s   thing thing:one  received (opened)        ThingBroken fires (alertmanager)
               0 s   thing thing:one  running (admitted)       Runs things/mend on thing one
              10 s   thing thing:one  verifying (applied)      things/mend: Every step of the run was carried out.
             1 min ✗ expected pages 2, found 0 (line 11)
             1 min ✗ expected state healed, found verifying, of thing on thing:one (line 11)
             1 min ✗ expected guards.cooldown.ok false, found true, of thing on thing:one (line 13)
        6 min 10 s   thing thing:one  escalated (ineffective)  things/mend: The run was carried out and the trouble did not go away.
        6 min 10 s ! thing thing:one  escalated (ineffective)  A person is paged
            16 min ✗ expected pages 0, found 1 (line 15)
      "
    `);
  });

  test('an expectation of an incident that never was', async () => {
    const { said } = await runToy(rule(), file('      - { at: 0s, expect: { state: healed } }'));
    expect(said).toEqual(['things.test.yaml:7:29: expected state healed, found no incident']);
  });

  test('of a long story the beginning, the end, and what was missed', async () => {
    const steps = `      - { at: 0s, fires: { name: ThingBroken, labels: { thing: "t-{1..150}" } } }
      - { at: 1m, expect: { runs: 0 } }
      - { at: 2m, resolves: all }`;
    const { results } = await runToy(rule(), file(steps));
    const text = results.map(printFailure).join('');
    expect(text.split('\n').length).toBeLessThan(260);
    expect(text).toMatch(/… \d+ more lines …/);
    expect(text).toContain('✗ expected runs 0, found 1 (line 8)');
  });

  test('every fault of the files at once, and nothing is run then', async () => {
    const { said, results } = await runToy(
      rule(),
      `tests:
  - name: ''
    rules: [thing, thingg]
    steps:
      - at: 5m
        fires: nobody
        run: { ends: aplied, of: things/mendd }
      - expect: { rule: thang, reason: coldown, guards: { cooldwn: { ok: true } }, runs: [things/men] }
      - at: 5m
        after: 1m
        expect: { rule: thing }
        wait: 5m
  - name: backwards
    steps:
      - { at: 5m, resolves: all }
      - { at: 4m, expect: { pages: 0 } }
`,
    );
    expect(results).toEqual([]);
    expect(said).toMatchInlineSnapshot(`
      [
        "things.test.yaml:2:11: name: is empty — say what must be so",
        "things.test.yaml:3:20: there is no rule 'thingg' — did you mean 'thing'?",
        "things.test.yaml:6:16: there is no alert 'nobody' — remove it",
        "things.test.yaml:7:22: steps[0].run.ends: 'aplied' is not allowed — did you mean 'applied'?",
        "things.test.yaml:7:34: there is no remediation 'things/mendd' — did you mean 'things/mend'?",
        "things.test.yaml:8:25: there is no rule 'thang' — did you mean 'thing'?",
        "things.test.yaml:8:40: steps[1].expect.reason: 'coldown' is not allowed — did you mean 'cooldown'?",
        "things.test.yaml:8:59: unknown key 'cooldwn' in steps[1].expect.guards — did you mean 'cooldown'?",
        "things.test.yaml:8:91: there is no remediation 'things/men' — did you mean 'things/mend'?",
        "things.test.yaml:9:9: steps[2]: needs either at or after — write for example at: 0s",
        "things.test.yaml:11:17: steps[2].expect: expects nothing — add for example state: healed",
        "things.test.yaml:12:9: unknown key 'wait' in steps[2] — use one of at, after, note, population, probe, run, pause, resume, fires, resolves, approve, deny, ack, expect",
      ]
    `);
  });

  test('time that runs backwards', async () => {
    const { said } = await runToy(
      rule(),
      file('      - { at: 5m, fires: one }\n      - { at: 4m, expect: { pages: 0 } }'),
    );
    expect(said).toEqual(['things.test.yaml:8:15: this step lies before the one above — put it there']);
  });

  test('of a part of the tests it does not say what is untested', async () => {
    const tests = file('      - { at: 0s, fires: one, expect: { verdict: run } }');
    expect(await runToy(rule(), tests, 'NOTHING')).toMatchObject({ results: [], untested: null });
    expect((await runToy(rule(), tests, 'IT')).results).toHaveLength(1);
  });

  test('a rule is tested only by a test that expects something', async () => {
    const { untested } = await runToy(rule(), file('      - { at: 0s, fires: one }'));
    expect(untested).toEqual(['thing']);
  });
});
