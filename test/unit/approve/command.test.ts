import fc from 'fast-check';
import { expect, test } from 'vitest';
import { COMMANDS, parseCommand } from '../../../src/approve/command/parse.ts';

const RULES = ['phone-offline', 'queue-depth'];
const HOUR = 3_600_000;
const NONE = 'no reason was given';
const GLOBAL = { scope: 'global', key: '' };
const RULE = { scope: 'rule', key: 'phone-offline' };
const TARGET = { scope: 'target', key: 'queue:bronze:ingest:csv' };

test.each([
  ['', { kind: 'help' }],
  [' STATUS ', { kind: 'status' }],
  ['pause', { kind: 'pause', where: GLOBAL, for: null, why: NONE }],
  ['pause 2h', { kind: 'pause', where: GLOBAL, for: 2 * HOUR, why: NONE }],
  ['pause we deploy now', { kind: 'pause', where: GLOBAL, for: null, why: 'we deploy now' }],
  ['pause phone-offline 30m the carrier', { kind: 'pause', where: RULE, for: HOUR / 2, why: 'the carrier' }],
  ['pause queue:bronze:ingest:csv', { kind: 'pause', where: TARGET, for: null, why: NONE }],
  ['resume', { kind: 'resume', where: GLOBAL }],
  ['resume phone-offline', { kind: 'resume', where: RULE }],
  ['ack inc-1kb2f3x-7d0m4qzt', { kind: 'ack', id: 'inc-1kb2f3x-7d0m4qzt' }],
  ['why inc-1kb2f3x-7d0m4qzt', { kind: 'why', id: 'inc-1kb2f3x-7d0m4qzt' }],
  ['hold queue:bronze:ingest:csv 2h', { kind: 'hold', where: TARGET, for: 2 * HOUR, why: 'held by hand' }],
  ['emergency-stop STOP it is wild', { kind: 'emergency-stop', why: 'it is wild' }],
])('%j is read', (text, expected) => {
  expect(parseCommand(text, RULES)).toEqual(expected);
});

test.each([
  ['pause phone-oflfine', /Did you mean 'phone-offline'/],
  ['resume nothing-like-it', /There is no rule/],
  ['ack', /Name the incident/],
  ['ack 17', /Name the incident/],
  ['hold phone_07 2h', /Name the target/],
  ['hold phone:phone_07', /Name the target/],
  ['hold phone:phone_07 soon', /Name the target/],
  ['emergency-stop', /type: \/remedyd emergency-stop STOP/],
  ['emergency-stop stop', /type: \/remedyd emergency-stop STOP/],
  ['paus', /Did you mean 'pause'/],
])('%j changes nothing and says what is wrong', (text, said) => {
  expect(parseCommand(text, RULES)).toEqual({ kind: 'wrong', say: expect.stringMatching(said) });
});

test('whatever is typed is read or refused', () => {
  const words = fc.constantFrom(...COMMANDS.map(({ word }) => word), 'phone-offline', 'a:b', '2h', 'STOP', '<!here>');
  const line = fc.array(fc.oneof(words, fc.string({ maxLength: 20 })), { maxLength: 8 }).map((all) => all.join(' '));
  fc.assert(
    fc.property(line, (text) => {
      expect(parseCommand(text, RULES).kind).toBeTypeOf('string');
    }),
  );
});
