import { nearest } from '../../config/nearest.ts';
import { parseDuration } from '../../domain/duration.ts';
import { type Note, readNote } from '../../domain/note.ts';
import type { Millis } from '../../domain/time.ts';

/** Everything, a rule or a target, as a pause names it. */
export interface Scope {
  readonly scope: 'global' | 'rule' | 'target';
  /** The rule's name or `kind:id`; empty for everything. */
  readonly key: string;
}

/** A typed command, read. */
export type Command =
  | { readonly kind: 'help' }
  | { readonly kind: 'status' }
  | { readonly kind: 'pause'; readonly where: Scope; readonly for: Millis | null; readonly why: string }
  | { readonly kind: 'resume'; readonly where: Scope }
  | { readonly kind: 'ack'; readonly id: string }
  | { readonly kind: 'why'; readonly id: string }
  | { readonly kind: 'note'; readonly id: string; readonly note: Note }
  | { readonly kind: 'hold'; readonly where: Scope; readonly for: Millis; readonly why: string }
  | { readonly kind: 'emergency-stop'; readonly why: string }
  /** What was typed cannot be done as it stands; nothing is changed. */
  | { readonly kind: 'wrong'; readonly say: string };

/** Each command with what comes after it and what it does: for help, and for the hint that Slack shows while one types. */
export const COMMANDS = [
  { word: 'status', hint: '', does: 'what is open, paused and owed' },
  { word: 'pause', hint: '[rule | kind:id] [2h] [why]', does: 'no remediation: everywhere, by a rule, on a target' },
  { word: 'resume', hint: '[rule | kind:id]', does: 'lifts a pause' },
  { word: 'ack', hint: 'inc-…', does: 'you have this incident; nobody else is woken for it' },
  { word: 'why', hint: 'inc-…', does: 'why an incident stands as it does, and what would let remedyd act' },
  {
    word: 'note',
    hint: 'inc-… [cause:|fix:|impact:|lesson:|todo:|post-mortem:] words',
    does: 'writes it into the history and the report',
  },
  { word: 'hold', hint: 'kind:id 2h [why]', does: 'no remediation on one target, for a while' },
  { word: 'emergency-stop', hint: 'STOP [why]', does: 'stops all remediation at once, and pages' },
  { word: 'help', hint: '', does: 'this' },
] as const;

/** What must be typed behind `emergency-stop`, in capitals, so that nobody stops everything by a slip. */
export const STOP_WORD = 'STOP';

/** How long a word may be that is looked at at all. */
const MOST_WORD = 300;

/**
 * Reads what stands behind `/remedyd`. Pure; never throws.
 *
 * @param rules the names of the rules in force
 */
export function parseCommand(text: string, rules: readonly string[]): Command {
  const [word = '', ...rest] = text.trim().split(/\s+/);
  if (rest.some((one) => one.length > MOST_WORD)) return { kind: 'wrong', say: 'That is too long to be read.' };
  const [first] = rest;
  switch (word.toLowerCase()) {
    case '':
    case 'help':
      return { kind: 'help' };
    case 'status':
      return { kind: 'status' };
    case 'pause':
      return readPause(rest, rules);
    case 'resume': {
      const where = readScope(first, rules);
      if (where === null) return { kind: 'wrong', say: noSuch(first ?? '', rules) };
      return { kind: 'resume', where };
    }
    case 'ack':
    case 'why':
      if (first === undefined || !INCIDENT.test(first))
        return { kind: 'wrong', say: `Name the incident, for example: /remedyd ${word} inc-1kb2f3x-7d0m4qzt` };
      return { kind: word.toLowerCase() as 'ack' | 'why', id: first };
    case 'note':
      return readNoteOn(rest);
    case 'hold':
      return readHold(rest);
    case 'emergency-stop':
      if (first !== STOP_WORD) {
        const say = `This stops all remediation, everywhere, and pages. If you mean it, type: /remedyd emergency-stop ${STOP_WORD} and why`;
        return { kind: 'wrong', say };
      }
      return { kind: 'emergency-stop', why: rest.slice(1).join(' ') || 'no reason was given' };
    default: {
      const words = COMMANDS.map((one) => one.word);
      const meant = nearest(word.slice(0, MOST_WORD), words);
      const guess = meant === null ? `Use one of ${words.join(', ')}.` : `Did you mean '${meant}'?`;
      return { kind: 'wrong', say: `There is no command '${word.slice(0, 60)}'. ${guess}` };
    }
  }
}

/** `[rule | target] [for] [why]`, each of which may be left out. */
function readPause(words: readonly string[], rules: readonly string[]): Command {
  const [first] = words;
  const scope = first === undefined || durationOf(first) !== null ? GLOBAL : readScope(first, rules);
  // One word that could be the slip of a rule's name: to pause everything instead would be no small surprise.
  if (scope === null && first !== undefined && nearest(first, rules) !== null)
    return { kind: 'wrong', say: noSuch(first, rules) };
  const rest = scope === null || scope === GLOBAL ? words : words.slice(1);
  const length = rest[0] === undefined ? null : durationOf(rest[0]);
  const why = (length === null ? rest : rest.slice(1)).join(' ') || 'no reason was given';
  return { kind: 'pause', where: scope ?? GLOBAL, for: length, why };
}

function readHold([target, length, ...why]: readonly string[]): Command {
  const say = 'Name the target and how long, for example: /remedyd hold phone:phone_07 2h';
  if (target === undefined || !isTarget(target) || length === undefined) return { kind: 'wrong', say };
  const ms = durationOf(length);
  if (ms === null || ms === 0) return { kind: 'wrong', say };
  return { kind: 'hold', where: { scope: 'target', key: target }, for: ms, why: why.join(' ') || 'held by hand' };
}

function readNoteOn([id, ...words]: readonly string[]): Command {
  const note = readNote(words.join(' '));
  if (id === undefined || !INCIDENT.test(id) || note === null) {
    const say =
      'Name the incident and what is to be noted, for example: /remedyd note inc-1kb2f3x-7d0m4qzt cause: the disk was full';
    return { kind: 'wrong', say };
  }
  return { kind: 'note', id, note };
}

const INCIDENT = /^inc-[0-9a-z-]{4,40}$/;

const GLOBAL: Scope = { scope: 'global', key: '' };

/** Nothing is everything; null for a word that is neither a rule nor a target. */
function readScope(word: string | undefined, rules: readonly string[]): Scope | null {
  if (word === undefined || word === 'all') return word === undefined ? GLOBAL : { ...GLOBAL };
  if (isTarget(word)) return { scope: 'target', key: word };
  return rules.includes(word) ? { scope: 'rule', key: word } : null;
}

/** `kind:id`; the id may hold colons itself, as queues' names do. */
function isTarget(word: string): boolean {
  return /^[a-z][a-z0-9_-]*:\S+$/i.test(word);
}

function noSuch(word: string, rules: readonly string[]): string {
  const meant = nearest(word, rules);
  const guess = meant === null ? 'A target is written kind:id, such as phone:phone_07.' : `Did you mean '${meant}'?`;
  return `There is no rule '${word.slice(0, 60)}'. ${guess}`;
}

function durationOf(word: string): Millis | null {
  try {
    return parseDuration(word);
  } catch {
    return null;
  }
}
