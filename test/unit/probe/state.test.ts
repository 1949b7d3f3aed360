import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Look } from '../../../src/probe/look.ts';
import { begin, step } from '../../../src/probe/state.ts';

const PATIENCE = { fail_after: 3, pass_after: 2 };

/** p, f and e: pass, fail, error. Answers with each look's transitions. */
function run(looks: string, known = { failing: false, erring: false }): readonly string[] {
  let state = begin(known);
  return [...looks].map((letter) => {
    const next = step(state, lookOf(letter), PATIENCE);
    state = next.state;
    return next.transitions.join('+');
  });
}

function lookOf(letter: string): Look {
  if (letter === 'p') return { result: 'pass', took: 1 };
  return letter === 'f' ? { result: 'fail', why: 'answered 503', took: 1 } : { result: 'error', why: 'no such host' };
}

const told = (looks: string, known?: { failing: boolean; erring: boolean }) => run(looks, known).filter(Boolean);

test.each([
  ['fff', ['raise-failing']],
  ['ffpff', []],
  ['ffffff', ['raise-failing']],
  ['fffpp', ['raise-failing', 'resolve-failing']],
  ['fffpfpp', ['raise-failing', 'resolve-failing']],
  ['fffpfpfpf', ['raise-failing']],
  ['ffef', ['raise-failing']],
  ['fffpepp', ['raise-failing', 'resolve-failing']],
  ['fffpep', ['raise-failing']],
  ['eee', ['raise-error']],
  ['eeepp', ['raise-error', 'resolve-error']],
  ['eeeff', ['raise-error', 'resolve-error']],
  ['eeefff', ['raise-error', 'resolve-error', 'raise-failing']],
  ['fffeee', ['raise-failing', 'raise-error']],
  ['fffeeepp', ['raise-failing', 'raise-error', 'resolve-failing+resolve-error']],
])('%s: %j', (looks, expected) => {
  expect(told(looks)).toEqual(expected);
});

test('after a restart, what was known to be failing is resolved by passes and not raised again', () => {
  expect(told('ffffpp', { failing: true, erring: false })).toEqual(['resolve-failing']);
  expect(told('pp', { failing: true, erring: true })).toEqual(['resolve-failing+resolve-error']);
});

test('raising and resolving take turns, whatever is seen', () => {
  fc.assert(
    fc.property(fc.array(fc.constantFrom('p', 'f', 'e'), { maxLength: 100 }), (looks) => {
      for (const kind of ['failing', 'error']) {
        const turns = run(looks.join(''))
          .flatMap((one) => one.split('+'))
          .filter((one) => one.endsWith(kind));
        expect(turns).toEqual(turns.map((_, index) => `${index % 2 === 0 ? 'raise' : 'resolve'}-${kind}`));
      }
    }),
  );
});
