import { parseDuration } from '../domain/duration.ts';
import { newId } from '../domain/id.ts';
import { systemClock, toIso } from '../domain/time.ts';
import { liftPauses, type Pause, setPause } from '../store/pauses.ts';
import { beside } from './beside.ts';
import { who } from './who.ts';

export interface Where {
  readonly rule?: string;
  readonly target?: string;
}

/** Stops remediation everywhere, for a rule or on a target; every replica obeys before its next changing step. */
export async function pause(options: Where & { readonly for?: string; readonly why: string }): Promise<void> {
  const now = systemClock.now();
  const until = options.for === undefined ? null : now + parseDuration(options.for);
  const { scope, key } = scopeOf(options);
  const set: Pause = { id: newId('pau', now), scope, key, owner: who(), why: options.why, setAt: now, until };
  await beside((db) => setPause(db, set));
  const end = until === null ? 'until it is resumed' : `until ${toIso(until)}`;
  process.stdout.write(`Paused ${nameOf(scope, key)} ${end}: ${options.why}\n`);
}

/** Lifts what `pause` set for the same place. */
export async function resume(options: Where): Promise<0 | 1> {
  const { scope, key } = scopeOf(options);
  const lifted = await beside((db) => liftPauses(db, scope, key, who(), systemClock.now()));
  const text = lifted === 0 ? `Nothing was paused for ${nameOf(scope, key)}` : `Resumed ${nameOf(scope, key)}`;
  process.stdout.write(`${text}\n`);
  return lifted === 0 ? 1 : 0;
}

function scopeOf({ rule, target }: Where): Pick<Pause, 'scope' | 'key'> {
  if (target !== undefined) return { scope: 'target', key: target };
  return rule === undefined ? { scope: 'global', key: '' } : { scope: 'rule', key: rule };
}

function nameOf(scope: Pause['scope'], key: string): string {
  return scope === 'global' ? 'all remediation' : `${scope} ${key}`;
}
