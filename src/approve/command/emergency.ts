import { EMERGENCY_STOP } from '../../domain/own-alert.ts';
import { cleanLine } from '../../notify/say/clean.ts';
import { strike } from '../../store/outbox.ts';
import { setPause, standingPauses } from '../../store/pauses.ts';
import type { AnswerParts, Done } from '../parts.ts';

/**
 * Pauses everything until it is resumed, and pages, because from now on nothing heals by itself. The stop comes first. The row
 * that owes it goes last: if paging fails it is all done again, and the pause is still one.
 */
export async function emergencyStop(
  parts: AnswerParts,
  rowId: number,
  by: string,
  owner: string,
  why: string,
): Promise<Done> {
  const { db, clock } = parts;
  const now = clock.now();
  const id = `pau-stop-${rowId}`;
  const said = cleanLine(why, 300);
  if (!(await standingPauses(db, now)).some((pause) => pause.id === id)) {
    const all = { scope: 'global', key: '' } as const;
    await setPause(db, { id, ...all, owner, why: `emergency stop: ${said}`, setAt: now, until: null });
  }
  const summary = `${by} stopped all remediation: ${said}. Nothing heals by itself until it is resumed.`;
  await parts.tellOwn({ ...EMERGENCY_STOP, summary }, 'firing');
  await strike(db, [rowId]);
  return {
    outcome: 'emergency-stop',
    say: ['Everything is stopped, and a page is on its way. When it is safe again: /remedyd resume'],
    handed: [],
  };
}
