import type { BreakerState } from '../decide/guards/breaker.ts';
import { formatDuration } from '../domain/duration.ts';
import type { Millis, Time } from '../domain/time.ts';
import type { Notice } from '../notify/notice.ts';
import { place } from '../notify/say/headline.ts';
import { stamp } from '../notify/say/when.ts';
import type { Mode } from '../rules/rule.ts';
import type { Debt, Heal } from '../store/debts.ts';
import type { Restless } from '../store/restless.ts';
import type { RuleFigures } from './proposal.ts';
import { sayShare } from './share.ts';

/** That a rule heals one target again and again. */
export function debtNote({ rule, target, heals }: Debt, last: readonly Heal[], within: Millis): Notice {
  return {
    title: `${rule} has healed ${place(target)} ${heals} times in ${formatDuration(within)}: the fix hides a bug`,
    lines: [
      ...last.map(({ incidentId, remediation, openedAt, endedAt }) => {
        const by = remediation ?? 'a remediation that is gone';
        return `${incidentId}: healed by ${by} at ${stamp(endedAt)}, after ${formatDuration(endedAt - openedAt)}`;
      }),
      ...(heals > last.length ? [`and ${heals - last.length} earlier ones`] : []),
      'Nobody is paged for it while the fix works. Find out what breaks it, in working hours.',
    ],
  };
}

/** That an alert goes on and off, and is left alone for it. */
export function flappingNote(
  { rule, target, changes }: Restless,
  since: Time,
  limit: { readonly changes: number; readonly within: Millis },
  now: Time,
): Notice {
  const recent = changes.filter((at) => at >= since).length;
  return {
    title: `${rule} leaves ${place(target)} alone: its alert has been going on and off for ${formatDuration(now - since)}`,
    lines: [
      `${recent} changes since ${stamp(since)}; the rule allows ${limit.changes} within ${formatDuration(limit.within)}.`,
      'Each time it is gone before anybody is paged, and nothing is done about it. While it stays on, its deadline pages as ever.',
      'Look at the target; or give the alert a longer for, or a lower threshold for its end than for its beginning.',
    ],
  };
}

/** That a rule has earned more freedom; the team gives it or not. */
export function promotionNote(rule: string, to: Mode, { held, selfCleared }: RuleFigures): Notice {
  const why =
    held.of === 0
      ? 'Most of its incidents do not clear by themselves. As propose, people decide about each run, and its runs can be judged.'
      : 'Its runs help more often than waiting does, beyond doubt.';
  return {
    title: `${rule} could be promoted to ${to}`,
    lines: [
      `Runs that held: ${sayShare(held)}.`,
      `Incidents that cleared by themselves in time: ${sayShare(selfCleared)}.`,
      `${why} If you agree, write mode: ${to} in its file. Nothing changes by itself.`,
    ],
  };
}

/** Why a broken breaker demotes a rule, in one sentence. */
export function whyBroken(remediation: string, { withoutHeld, recurred, openSince }: BreakerState): string {
  const what =
    recurred >= 3
      ? `what it healed came back ${recurred} times within 4 hours`
      : `${withoutHeld} runs in a row did not help`;
  return `${remediation}: ${what}; its breaker is open since ${stamp(openSince ?? 0)}`;
}

/** That a rule asks from now on. */
export function demotionNote(rule: string, why: string): Notice {
  return {
    title: `${rule} was demoted: it asks from now on, whatever its file says`,
    lines: [why, `When the cause is found, let it act again: remedyd promote ${rule} --why '…'`],
  };
}
