import { describe, expect, test } from 'vitest';
import { parseCommand } from '../../../src/approve/command/parse.ts';
import { NEVER, nextReminder, postMortemDueAt } from '../../../src/domain/cadence.ts';
import { noteIn, readNote } from '../../../src/domain/note.ts';

describe('a note', () => {
  test.each([
    ['cause: the disk was full', { about: 'cause', text: 'the disk was full' }],
    ['FIX : restarted it', { about: 'fix', text: 'restarted it' }],
    ['Post-Mortem: https://wiki/x', { about: 'post-mortem', text: 'https://wiki/x' }],
    ['postmortem: https://wiki/x', { about: 'post-mortem', text: 'https://wiki/x' }],
    ['queue: is empty again', { about: null, text: 'queue: is empty again' }],
    ['https://wiki/x is where we are', { about: null, text: 'https://wiki/x is where we are' }],
    ['  called the supplier ', { about: null, text: 'called the supplier' }],
    ['cause:', null],
    ['   ', null],
  ])('%s', (words, read) => {
    expect(readNote(words)).toEqual(read);
  });

  test('comes back from the timeline, and nothing else does', () => {
    const entry = { type: 'noted', reason: null, summary: '', data: { by: 'ana', about: 'fix', text: 'done' } };
    expect(noteIn(entry)).toEqual({ by: 'ana', about: 'fix', text: 'done' });
    expect(noteIn({ ...entry, data: { by: 'ana', about: 'gossip', text: 'x' } })?.about).toBeNull();
    expect(noteIn({ ...entry, type: 'told' })).toBeNull();
    expect(noteIn({ ...entry, data: {} })).toBeNull();
  });

  test('is typed with the id of its incident and some words', () => {
    expect(parseCommand('note inc-1kb2f3x-7d0m4qzt todo: buy a disk', [])).toEqual({
      kind: 'note',
      id: 'inc-1kb2f3x-7d0m4qzt',
      note: { about: 'todo', text: 'buy a disk' },
    });
    for (const wrong of [
      'note',
      'note inc-1kb2f3x-7d0m4qzt',
      'note inc-1kb2f3x-7d0m4qzt cause:',
      'note the disk is full',
    ])
      expect(parseCommand(wrong, [])).toMatchObject({
        kind: 'wrong',
        say: expect.stringContaining('/remedyd note inc-'),
      });
  });
});

describe('what people owe an incident', () => {
  const cadence = { ...NEVER, high: 30 };
  const open = { severity: 'high', pagedAt: 1_000, state: 'escalated' } as const;

  test('updates count from the last reminder or the last note, whichever is later', () => {
    expect(nextReminder(cadence, open, null, 1_000)).toBe(1_030);
    expect(nextReminder(cadence, open, 1_020, 1_000)).toBe(1_050);
    expect(nextReminder(cadence, open, 900, 1_000)).toBe(1_030);
  });

  test('no updates where none are asked, nobody was told, or it is over', () => {
    expect(nextReminder(NEVER, open, null, 1_000)).toBeNull();
    expect(nextReminder(cadence, { ...open, severity: 'low' }, null, 1_000)).toBeNull();
    expect(nextReminder(cadence, { ...open, pagedAt: null }, null, 1_000)).toBeNull();
    expect(nextReminder(cadence, { ...open, state: 'healed' }, null, 1_000)).toBeNull();
  });

  test('a post-mortem of what has ended and a person was told of', () => {
    const ended = { severity: 'high', pagedAt: 1_000, endedAt: 2_000, state: 'closed' } as const;
    expect(postMortemDueAt(cadence, ended)).toBe(2_030);
    expect(postMortemDueAt(cadence, { ...ended, pagedAt: null })).toBeNull();
    expect(postMortemDueAt(cadence, { ...ended, severity: 'medium' })).toBeNull();
    expect(postMortemDueAt(cadence, { ...ended, endedAt: null, state: 'escalated' })).toBeNull();
  });
});
