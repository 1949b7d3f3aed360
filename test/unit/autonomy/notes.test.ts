import { expect, test } from 'vitest';
import { debtNote, demotionNote, promotionNote, whyBroken } from '../../../src/autonomy/notes.ts';
import { shareOf } from '../../../src/autonomy/share.ts';
import { renderNotice } from '../../../src/notify/slack/notice.ts';

const AT = Date.parse('2026-11-22T05:00:00Z');

test('a debt lists the incidents, how long they were open and what helped', () => {
  const debt = { rule: 'phone-offline', target: { kind: 'phone', id: 'phone_07' }, heals: 6, lastHealedAt: AT };
  const heal = { incidentId: 'inc-1', openedAt: AT - 192_000, endedAt: AT, remediation: 'phones/reconnect' };
  const { title, lines } = debtNote(debt, [heal, { ...heal, incidentId: 'inc-2', remediation: null }], 7 * 86_400_000);
  expect(title).toBe('phone-offline has healed phone_07 6 times in 7 d: the fix hides a bug');
  expect(lines).toEqual([
    'inc-1: healed by phones/reconnect at 2026-11-22 05:00 UTC, after 3 min 12 s',
    'inc-2: healed by a remediation that is gone at 2026-11-22 05:00 UTC, after 3 min 12 s',
    'and 4 earlier ones',
    'Nobody is paged for it while the fix works. Find out what breaks it, in working hours.',
  ]);
});

test('P13: what a stranger wrote into a target mentions nobody in Slack', () => {
  const target = { kind: 'phone', id: '<!channel> & <@U1>' };
  const text = JSON.stringify(renderNotice(debtNote({ rule: 'r', target, heals: 5, lastHealedAt: AT }, [], 1_000)));
  expect(text).not.toContain('<!channel>');
  expect(text).not.toContain('<@U1>');
});

test('a proposal shows both shares and what to do', () => {
  const { title, lines } = promotionNote('r', 'auto', { held: shareOf(20, 20), selfCleared: shareOf(5, 20) });
  expect(title).toBe('r could be promoted to auto');
  expect(lines[0]).toContain('20 of 20 (100 %, with 95 % certainty 84 to 100 %)');
  expect(lines[1]).toContain('5 of 20 (25 %, with 95 % certainty 11 to 47 %)');
  expect(lines[2]).toContain('write mode: auto');
  const first = promotionNote('r', 'propose', { held: shareOf(0, 0), selfCleared: shareOf(0, 20) });
  expect(first.lines[2]).toContain('Most of its incidents do not clear by themselves');
});

test('a demotion says why and how it ends', () => {
  const state = { openSince: AT, withoutHeld: 3, recurred: 0 };
  expect(whyBroken('a/b', state)).toContain('3 runs in a row did not help');
  expect(whyBroken('a/b', { ...state, withoutHeld: 1, recurred: 3 })).toContain('came back 3 times within 4 hours');
  expect(demotionNote('r', 'why').lines).toEqual(['why', expect.stringContaining('remedyd promote r')]);
});
