import { describe, expect, test } from 'vitest';
import { noted, postMortemReminder, reminder, reportFile } from '../../../src/notify/say/remind.ts';
import { renderRemark } from '../../../src/notify/slack/remark.ts';
import { faultsOfBlocks } from '../../support/fakes/slack/blocks.ts';
import { NASTY } from './nasty.ts';
import { at, view } from './views.ts';

const NOW = at('03:34:00');
const EVERY = 1_800_000;

test('a reminder says how long it has been open, who has it, what remedyd does, and how to note an update', () => {
  const taken = view({ ackedBy: 'ana', ackedAt: at('03:09:00') });
  expect(reminder(taken, EVERY, NOW)).toEqual({
    title: 'An update is due: phone:offline on phone_07 has been open for 31 min 30 s (high)',
    lines: [
      'ana has it. remedyd has stopped and will change nothing more.',
      'ana took it at 03:09 UTC, 25 min ago.',
      'Note how it stands: /remedyd note inc-1kb2f3x-7d0m4qzt what is new. The next reminder comes 30 min after it.',
    ],
  });
});

test('of what nobody has, it says how to take it; of what was noted, what', () => {
  const note = { by: 'ana', about: 'cause', text: 'the SIM card is blocked', via: 'Slack' };
  const timeline = [{ at: at('03:20:00'), type: 'noted', reason: null, summary: '', data: note }];
  const { lines } = reminder(view({}, { timeline }), EVERY, NOW);
  expect(lines.slice(1, 3)).toEqual([
    'Take it, so that nobody else is woken: remedyd ack inc-1kb2f3x-7d0m4qzt',
    'The last note, 03:20 UTC, 14 min ago: cause: the SIM card is blocked',
  ]);
});

test('that a post-mortem is due names the incident, and how to note it', () => {
  const over = view({ state: 'closed', reason: 'source-resolved', endedAt: at('03:31:00') });
  expect(postMortemReminder(over, at('03:31:00') + 48 * 3_600_000)).toEqual({
    title: 'The post-mortem is due: phone:offline on phone_07',
    lines: [
      'Nobody has noted one for this high incident. It lasted 28 min 30 s and ended at 2026-03-01 03:31 UTC, 2 d ago.',
      'When it is written: /remedyd note inc-1kb2f3x-7d0m4qzt post-mortem: where it is',
      'The report: remedyd report inc-1kb2f3x-7d0m4qzt',
    ],
  });
});

test('a report that cannot be attached can be had in two ways', () => {
  const file = reportFile('inc-1', '# x\n', 'https://remedyd.example.com/api/incidents/inc-1');
  expect(file).toMatchObject({ name: 'inc-1.md', text: '# x\n' });
  expect(file.instead).toEqual([
    'The report: remedyd report inc-1, or https://remedyd.example.com/api/incidents/inc-1/report.md',
  ]);
});

describe('in Slack', () => {
  test('whom it is for stands in front, and a command is easy to copy', () => {
    const { text, blocks } = renderRemark(reminder(view(), EVERY, NOW), ['U0ANA', 'S0ONCALL']);
    expect(text).toMatch(/^<@U0ANA> <!subteam\^S0ONCALL> An update is due/);
    const said = JSON.stringify(blocks);
    expect(said).toContain('`remedyd ack inc-1kb2f3x-7d0m4qzt`');
    expect(said).toContain('`/remedyd note inc-1kb2f3x-7d0m4qzt` what is new');
  });

  test.each(NASTY.map((word) => [word.slice(0, 30), word]))('%j mentions nobody, and fits', (_, word) => {
    const { text, blocks } = renderRemark(noted({ by: word, about: null, text: word }));
    expect(faultsOfBlocks(blocks, 'message')).toEqual([]);
    for (const said of [text, JSON.stringify(blocks)]) expect(said).not.toMatch(/<[!@#]|<https?:/);
  });
});
