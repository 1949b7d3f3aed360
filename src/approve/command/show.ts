import { formatDuration } from '../../domain/duration.ts';
import type { Time } from '../../domain/time.ts';
import { statusUrl } from '../../notify/links.ts';
import { place } from '../../notify/say/headline.ts';
import { clockTime, when } from '../../notify/say/when.ts';
import { listIncidents } from '../../store/listing.ts';
import { outboxState } from '../../store/outbox.ts';
import { type Pause, standingPauses } from '../../store/pauses.ts';
import type { AnswerParts } from '../parts.ts';
import { COMMANDS, type Scope } from './parse.ts';

const MOST = 20;

export function helpLines(): readonly string[] {
  return COMMANDS.map(({ word, hint, does }) => `/remedyd ${[word, hint].filter(Boolean).join(' ')} – ${does}`);
}

/** What is open, paused and owed. */
export async function statusLines({ db }: Pick<AnswerParts, 'db'>, now: Time): Promise<readonly string[]> {
  const filter = { states: [], open: true, rule: null, target: null, limit: MOST, after: null };
  const { incidents, more } = await listIncidents(db, filter);
  const pauses = await standingPauses(db, now);
  const { depth, oldestDue } = await outboxState(db, now);
  const open = incidents.map((one) => {
    const theirs = one.ackedBy === null ? '' : `, ${one.ackedBy} has it`;
    const since = formatDuration(now - one.openedAt);
    return `${one.id} ${one.severity} ${one.state}: ${one.rule} on ${place(one.target)} (${one.reason}, for ${since}${theirs})`;
  });
  const late = oldestDue === null ? '' : `, the oldest due for ${formatDuration(now - oldestDue)}`;
  return [
    incidents.length === 0 ? 'No open incident.' : `${more ? `More than ${MOST}` : incidents.length} open:`,
    ...open,
    ...pauses.map((pause) => `Paused: ${pauseLine(pause, now)}`),
    `Owed work: ${depth} ${depth === 1 ? 'row' : 'rows'}${late}.`,
  ];
}

/** Why an incident stands as it does, what would let remedyd act, and where everything about it is: as `remedyd why` says it. */
export async function whyLines(
  { why, notify }: Pick<AnswerParts, 'why' | 'notify'>,
  id: string,
): Promise<readonly string[]> {
  const lines = await why(id);
  if (lines === null) return [`There is no incident ${id}.`];
  const url = statusUrl(notify.links.status ?? null, id);
  return url === null ? lines : [...lines, '', `Everything about it: ${url}`];
}

export function scopeName({ scope, key }: Scope): string {
  return scope === 'global' ? 'all remediation' : `${scope} ${key}`;
}

export function untilText(until: Time | null, now: Time): string {
  return until === null ? 'until it is resumed' : `until ${clockTime(until, now)}`;
}

function pauseLine({ scope, key, owner, why, until }: Pause, now: Time): string {
  const end = until === null ? 'until it is resumed' : `until ${when(until, now)}`;
  return `${scopeName({ scope, key })} by ${owner}, ${end}: ${why}`;
}
