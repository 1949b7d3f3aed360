import { askNoMore } from '../approve/ask-no-more.ts';
import { scopeName } from '../approve/command/show.ts';
import { suggest } from '../config/nearest.ts';
import { windowsOf } from '../config/schema.ts';
import { parseDuration } from '../domain/duration.ts';
import { newId } from '../domain/id.ts';
import { systemClock, toIso } from '../domain/time.ts';
import { loadRemediations } from '../remediation/registry.ts';
import { loadRulebook } from '../rules/load.ts';
import { leaveToRelay } from '../store/outbox.ts';
import { type Pause, resume as resumeAt, setPause } from '../store/pauses.ts';
import { beside, configured } from './beside.ts';
import { who } from './who.ts';

export interface Where {
  readonly rule?: string;
  readonly target?: string;
  readonly json?: boolean;
}

export interface PauseOptions extends Where {
  readonly for?: string;
  readonly why: string;
}

type Place = Pick<Pause, 'scope' | 'key'>;

/**
 * Stops remediation everywhere, for a rule or on a target; every replica obeys before its next changing step. Exit code 1
 * where no rule has that name: the pause stands, and stops nothing yet. 2 where it cannot be set.
 */
export async function pause(options: PauseOptions): Promise<0 | 1 | 2> {
  const place = placeOf(options);
  if (typeof place === 'string') return wrongUse(place);
  const now = systemClock.now();
  let until: number | null = null;
  try {
    if (options.for !== undefined) until = now + parseDuration(options.for);
  } catch (error) {
    return wrongUse((error as Error).message);
  }
  const set: Pause = { id: newId('pau', now), ...place, owner: who(), why: options.why, setAt: now, until };
  await beside((db) => setPause(db, set));
  const end = until === null ? 'until it is resumed' : `until ${toIso(until)}`;
  const doubt = place.scope === 'rule' ? await doubtOf(place.key) : null;
  if (options.json === true) {
    const { scope, key, owner, why } = set;
    const said = { scope, key, owner, why, until: until === null ? null : toIso(until), doubt };
    process.stdout.write(`${JSON.stringify(said)}\n`);
  } else process.stdout.write(`Paused ${scopeName(place)} ${end}: ${options.why}\n`);
  if (doubt === null) return 0;
  process.stderr.write(`${doubt}\n`);
  return 1;
}

/** Lifts what `pause` set for the same place. Exit code 1 where nothing was paused there, or a file pauses it again. */
export async function resume(options: Where): Promise<0 | 1 | 2> {
  const place = placeOf(options);
  if (typeof place === 'string') return wrongUse(place);
  const { lifted, files } = await beside(async (db) => {
    const resumed = await db.transaction(async (sql) => {
      const done = await resumeAt(sql, place, who(), systemClock.now());
      await leaveToRelay(sql, done.handed);
      return done;
    });
    // Resuming a rule closes its breakers.
    if (resumed.lifted > 0 && place.scope === 'rule')
      await db.transaction(async (sql) => leaveToRelay(sql, await askNoMore(sql, place.key, who(), systemClock.now())));
    return resumed;
  });
  const text = lifted === 0 ? `Nothing was paused for ${scopeName(place)}` : `Resumed ${scopeName(place)}`;
  process.stdout.write(options.json === true ? `${JSON.stringify({ ...place, lifted, files })}\n` : `${text}\n`);
  for (const file of files) process.stderr.write(`The file ${file} pauses it again while it is there; remove it.\n`);
  return lifted === 0 || files.length > 0 ? 1 : 0;
}

function placeOf({ rule, target }: Where): Place | string {
  if (rule !== undefined && target !== undefined) return 'name a rule or a target, not both';
  if (target !== undefined && !/^[^:]+:.+$/.test(target))
    return `'${target}' is no target; write its kind and id, such as phone:phone_07`;
  if (target !== undefined) return { scope: 'target', key: target };
  return rule === undefined ? { scope: 'global', key: '' } : { scope: 'rule', key: rule };
}

function wrongUse(why: string): 2 {
  process.stderr.write(`error: ${why}. Nothing was changed.\n`);
  return 2;
}

/** A slip in the name would be a pause that stops nothing. It is looked for after the pause is set, because that has to be fast. */
async function doubtOf(rule: string): Promise<string | null> {
  try {
    const config = await configured();
    const loaded = await loadRulebook(config.rules, await loadRemediations(config.remediations), windowsOf(config));
    if ('faults' in loaded || loaded.rulebook.get(rule) !== undefined) return null;
    const names = loaded.rulebook.rules.map(({ name }) => name);
    return `No rule is called '${rule}', so this stops nothing: ${suggest(rule, names)}`;
  } catch {
    // The rules cannot be read here; the service knows its own.
    return null;
  }
}
