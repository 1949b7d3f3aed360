import { systemClock } from '../domain/time.ts';
import { liftDemotion } from '../store/demotions.ts';
import { beside } from './beside.ts';
import { who } from './who.ts';

/** Lets a rule that was demoted act by itself again. Exit code 1 where it is not demoted. */
export async function promote(rule: string, { why }: { readonly why: string }): Promise<0 | 1> {
  const lifted = await beside((db) => liftDemotion(db, rule, who(), why, systemClock.now()));
  const text = lifted
    ? `${rule} acts by itself again, and its breakers are closed: ${why}`
    : `${rule} is not demoted; what it may do stands in its file`;
  process.stdout.write(`${text}\n`);
  return lifted ? 0 : 1;
}
