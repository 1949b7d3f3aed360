import type { Entry } from '../domain/event.ts';
import { advance } from '../domain/incident.ts';
import { REASONS, type Reason } from '../domain/reason.ts';
import type { Time } from '../domain/time.ts';
import { decideApproval } from '../store/approvals.ts';
import { standingDemotions } from '../store/demotions.ts';
import { askedBecause, lockIncidents } from '../store/incidents.ts';
import type { Handed } from '../store/outbox.ts';
import { type Change, record } from '../store/record.ts';
import type { Sql } from '../store/sql.ts';

/** What is asked for these is asked because the rule had not helped of late, and for nothing else. */
const OF_LATE: readonly Reason[] = ['breaker-open', 'demoted'];

/**
 * Takes back what a rule had asked only because its breaker was open: a person has closed it, and would not understand why
 * they are asked all the same. It is decided anew, by all guardrails. A rule that is still demoted asks on.
 *
 * To be called in a transaction after the one that closed the breaker, so that no decision is still under way that rests on the
 * old state.
 *
 * @returns the rows to hand over
 */
export async function askNoMore(sql: Sql, rule: string, by: string, now: Time): Promise<readonly Handed[]> {
  if ((await standingDemotions(sql)).some((one) => one.rule === rule)) return [];
  const stored = await lockIncidents(sql, await askedBecause(sql, rule, OF_LATE));
  const changes: Change[] = [];
  for (const before of stored.values()) {
    const { approvalId, reason } = before.incident;
    const step = OF_LATE.includes(reason) ? advance(before.incident, { type: 'trusted-again' }, now) : null;
    if (step === null || approvalId === null || !(await decideApproval(sql, approvalId, 'void', now))) continue;
    const summary = `${by} closed the breaker of the rule: ${REASONS['trusted-again']}`;
    const data = { by, approval: approvalId, asked: reason };
    const entry: Entry = { type: 'trusted-again', reason: 'trusted-again', summary, data };
    changes.push({ before, after: step.incident, entries: [entry], owed: step.owed });
  }
  return record(sql, changes, now);
}
