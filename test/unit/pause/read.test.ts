import { describe, expect, test } from 'vitest';
import { readPauseFile } from '../../../src/pause/read.ts';

const EVERYTHING = { scope: 'global', key: '', owner: null, until: null };

test.each([
  ['an empty file', '', 'the pause file is there'],
  ['an empty line', '\n', 'the pause file is there'],
  ['a sentence', 'moving the database\n', 'moving the database'],
  ['a number', '42\n', '42'],
  ['a list', '- a\n- b\n', '- a\n- b'],
])('%s pauses everything', (_, text, why) => {
  expect(readPauseFile(text)).toEqual({ ...EVERYTHING, why, fault: null });
});

test('a map says what, who, why and until when', () => {
  const text = 'owner: ana\nwhy: new SIM card\ntarget: phone:phone_07\nuntil: 2026-11-22T12:00:00+02:00\n';
  expect(readPauseFile(text)).toEqual({
    scope: 'target',
    key: 'phone:phone_07',
    owner: 'ana',
    why: 'new SIM card',
    until: Date.UTC(2026, 10, 22, 10),
    fault: null,
  });
  expect(readPauseFile('scope: rule\nrule: phone-offline')).toMatchObject({ scope: 'rule', key: 'phone-offline' });
});

describe('what cannot be understood pauses everything, and says why', () => {
  test.each([
    ['an unknown key', 'rules: phone-offline', "'rules' is none of scope, rule, target, owner, why, until"],
    ['two places', 'rule: a\ntarget: b:c', 'it names a rule and a target; write one of them'],
    [
      'a scope without its place',
      'scope: rule\nwhy: x',
      "its scope is 'rule', and it names neither a rule nor a target",
    ],
    ['no target', 'target: phone_07', "'phone_07' is no target (kind:id)"],
    ['no time', 'until: tomorrow', "'tomorrow' is no time such as 2026-11-22T12:00:00Z"],
    ['a time without a zone', 'until: 2026-11-22T12:00:00', "'2026-11-22T12:00:00' is no time"],
    ['a value that is no text', 'rule: [a, b]', "'rule' is no text"],
    ['an empty value', 'rule:\nwhy: x', "'rule' is no text"],
    ['broken YAML', 'why: "half', 'it is no YAML'],
    ['a bomb', 'a: &a [1]\nb: *a', 'it is no YAML'],
  ])('%s', (_, text, fault) => {
    const asked = readPauseFile(text);
    expect(asked).toMatchObject(EVERYTHING);
    expect(asked.fault).toContain(fault);
    expect(asked.why).toContain(fault);
  });
});
