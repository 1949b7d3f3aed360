import { askNoMore } from '../approve/ask-no-more.ts';
import { systemClock } from '../domain/time.ts';
import { lockAdmission } from '../store/admission.ts';
import { liftDemotion } from '../store/demotions.ts';
import { leaveToRelay } from '../store/outbox.ts';
import { beside } from './beside.ts';
import { who } from './who.ts';

/** Lets a rule that was demoted act by itself again, also where it asks just now. Exit code 1 where it is not demoted. */
export async function promote(rule: string, { why }: { readonly why: string }): Promise<0 | 1> {
  const by = who();
  const lifted = await beside(async (db) => {
    const done = await db.transaction(async (sql) => {
      await lockAdmission(sql);
      return liftDemotion(sql, rule, by, why, systemClock.now());
    });
    await db.transaction(async (sql) => leaveToRelay(sql, await askNoMore(sql, rule, by, systemClock.now())));
    return done;
  });
  const text = lifted
    ? `${rule} acts by itself again, and its breakers are closed: ${why}`
    : `${rule} is not demoted; what it may do stands in its file`;
  process.stdout.write(`${text}\n`);
  return lifted ? 0 : 1;
}
