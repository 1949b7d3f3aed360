import { newId } from '../../domain/id.ts';
import { EMERGENCY_STOP } from '../../domain/own-alert.ts';
import type { Time } from '../../domain/time.ts';
import { cleanLine } from '../../notify/say/clean.ts';
import { strike } from '../../store/outbox.ts';
import { resume, setPause } from '../../store/pauses.ts';
import type { Sql } from '../../store/sql.ts';
import { takeOver } from '../acknowledge.ts';
import { askNoMore } from '../ask-no-more.ts';
import { onlyWho } from '../judge.ts';
import { noteOn } from '../note.ts';
import type { AnswerParts, Done } from '../parts.ts';
import type { Person, PersonRequest } from '../request.ts';
import { emergencyStop } from './emergency.ts';
import { type Command, parseCommand, type Scope } from './parse.ts';
import { helpLines, scopeName, statusLines, untilText, whyLines } from './show.ts';

/** Does what somebody typed, if that one may; what it changes is changed together with the row that owed it. */
export async function command(
  parts: AnswerParts,
  rowId: number,
  { text, person }: Extract<PersonRequest, { kind: 'command' }>,
): Promise<Done> {
  const { db, clock, notify } = parts;
  const wanted = parseCommand(
    text,
    parts.rulebook().rules.map(({ name }) => name),
  );
  const only = async (outcome: string, lines: readonly string[]): Promise<Done> => {
    await strike(db, [rowId]);
    return { outcome, say: lines, handed: [] };
  };
  if (wanted.kind === 'help') return only('help', helpLines());
  if (wanted.kind === 'wrong') return only('wrong', [wanted.say]);
  const { look, act } = notify.slack?.allow ?? {};
  const looks = wanted.kind === 'status' || wanted.kind === 'why';
  const refusal = looks && look === undefined ? null : await refuse(parts, (looks ? look : act) ?? null, person);
  if (refusal !== null) return only('not-allowed', [refusal]);
  if (wanted.kind === 'status') return only('status', await statusLines(parts, clock.now()));
  if (wanted.kind === 'why') return only('why', await whyLines(parts, wanted.id));
  const by = cleanLine(person.name, 60);
  if (wanted.kind === 'emergency-stop') return emergencyStop(parts, rowId, by, ownerOf(by, person), wanted.why);
  const done = await db.transaction(async (sql): Promise<Done> => {
    if ((await strike(sql, [rowId])) === 0) return { outcome: 'done', say: [], handed: [] };
    return carryOut(sql, wanted, by, person, clock.now());
  });
  if (wanted.kind !== 'resume') return done;
  const { scope, key } = wanted.where;
  if (scope === 'global') return endAlarm(parts, done);
  if (scope !== 'rule' || done.outcome !== 'resume') return done;
  // Resuming a rule closes its breakers.
  const handed = await db.transaction((sql) => askNoMore(sql, key, ownerOf(by, person), clock.now()));
  return { ...done, handed: [...done.handed, ...handed] };
}

/** Why this person may not; null where they may. Whoever cannot be known may not. */
export async function refuse(
  { members }: Pick<AnswerParts, 'members'>,
  group: string | null,
  person: Person,
): Promise<string | null> {
  const membership = await members.has(group, person.id);
  switch (membership.kind) {
    case 'member':
      return null;
    case 'nobody':
      return 'Nobody may do this from Slack: notify.slack.allow names no group for it.';
    case 'stranger':
      return `${onlyWho(group, membership.onCall)} may do this, and you are not one of them.`;
    case 'unsure':
      return `Nobody can tell whether you belong to '${group}', so nothing was done: ${membership.why}.`;
  }
}

type Act = Extract<Command, { kind: 'pause' | 'resume' | 'ack' | 'note' | 'hold' }>;

async function carryOut(sql: Sql, wanted: Act, by: string, person: Person, now: Time): Promise<Done> {
  const owner = ownerOf(by, person);
  const pause = async (where: Scope, until: Time | null, why: string): Promise<Done> => {
    await setPause(sql, { id: newId('pau', now), ...where, owner, why: cleanLine(why, 300), setAt: now, until });
    const say = `Paused ${scopeName(where)} ${untilText(until, now)}. To lift it: ${liftBy(where)}`;
    return { outcome: wanted.kind, say: [say], handed: [] };
  };
  switch (wanted.kind) {
    case 'pause':
      return pause(wanted.where, wanted.for === null ? null : now + wanted.for, wanted.why);
    case 'hold':
      return pause(wanted.where, now + wanted.for, wanted.why);
    case 'resume': {
      const { lifted, files, handed } = await resume(sql, wanted.where, owner, now);
      const name = scopeName(wanted.where);
      const say = [
        lifted === 0 ? `Nothing was paused for ${name}.` : `Resumed ${name}. What was held is decided again.`,
        ...files.map((file) => `The file ${file} pauses it again while it is there; remove it.`),
      ];
      return { outcome: lifted === 0 ? 'nothing' : 'resume', say, handed };
    }
    case 'note': {
      const { outcome, handed } = await noteOn(
        sql,
        wanted.id,
        wanted.note,
        { by, via: 'Slack', person: person.id },
        now,
      );
      return { outcome, say: [notedLine(wanted.id, outcome)], handed };
    }
    case 'ack': {
      const { outcome, handed } = await takeOver(sql, wanted.id, by, 'Slack', now, person.id);
      return { outcome: outcome === 'taken' ? 'ack' : outcome, say: [takenLine(wanted.id, outcome)], handed };
    }
  }
}

/** What somebody is told who wanted to take an incident over. */
export function takenLine(id: string, outcome: string): string {
  if (outcome === 'taken') return `${id} is yours. Nobody else is woken for it.`;
  if (outcome === 'theirs') return `${id} is yours already.`;
  return outcome === 'over' ? `${id} is over.` : `There is no incident ${id}.`;
}

/** What somebody is told who wanted to note something. */
function notedLine(id: string, outcome: 'noted' | 'unknown'): string {
  return outcome === 'noted' ? `Noted. It stands in the report: remedyd report ${id}` : `There is no incident ${id}.`;
}

function ownerOf(by: string, { id }: Person): string {
  return `${by} (Slack ${id})`;
}

function liftBy({ scope, key }: Scope): string {
  return scope === 'global' ? '/remedyd resume' : `/remedyd resume ${key}`;
}

/** With everything resumed, an emergency stop is over. Whoever resumes again ends it again. */
async function endAlarm(parts: AnswerParts, done: Done): Promise<Done> {
  try {
    await parts.tellOwn(EMERGENCY_STOP, 'resolved');
    return done;
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    // The service itself ends it as soon as it can.
    return { ...done, say: [...done.say, `An emergency stop shows as an incident for a little longer (${why}).`] };
  }
}
