import { formatDuration, printDuration } from './duration.ts';
import type { Json, JsonObject } from './json.ts';
import { isReason, REASONS, type Reason } from './reason.ts';
import { fromIso, type Millis, type Time, toIso } from './time.ts';

/** A guardrail's no, as the timeline keeps it. */
export interface No {
  readonly reason: Reason;
  readonly numbers: JsonObject;
  /** When it wants to be asked again; null where nobody said. */
  readonly until: Time | null;
}

/** A no as a person wants it told: what stands in the way, and the least that would have to be otherwise. */
export interface Told {
  readonly says: string;
  readonly change: string;
}

type Words = (numbers: Numbers, now: Time) => Told;

/**
 * Says a guardrail's no with its numbers. Numbers that are not there, from an older version or a newer guardrail, leave the
 * plain reason.
 *
 * @param now when it was asked: what is told is told from there
 */
export function tellNo({ reason, numbers, until }: No, now: Time): Told {
  const plain: Told = { says: REASONS[reason], change: waiting(until, now) };
  const words = WORDS[reason];
  if (words === undefined) return plain;
  try {
    return words(reader(numbers, until), now);
  } catch (error) {
    if (error instanceof Missing) return plain;
    throw error;
  }
}

/** The no that a `held` line of the timeline tells of; null where none does. */
export function noOf(data: JsonObject, reason: string | null): No | null {
  if (reason === null || !isReason(reason)) return null;
  const until = typeof data.until === 'number' ? data.until : null;
  const answers = Array.isArray(data.guards) ? (data.guards as readonly Json[]) : [];
  const first = answers.find((one) => isObject(one) && one.ok === false && one.reason === reason);
  const numbers = isObject(first) && isObject(first.numbers) ? first.numbers : data;
  return { reason, numbers, until };
}

/** The fleet is counted by the remediation itself. */
const UNCOUNTED: Words = () => ({
  says: 'the limit is a share of a number that nobody has counted of late, or that came out as nothing',
  change: 'the remediation counts them every minute where it can; the log says why it cannot',
});

const WORDS: Readonly<Partial<Record<Reason, Words>>> = {
  'for-not-reached': ({ time, until }, now) => ({
    says: `it has been firing for ${formatDuration(now - time('firingSince'))}, which is not long enough for the rule`,
    change: `${until(now)}, or lower when.for to ${printDuration(now - time('firingSince'))}`,
  }),
  paused: ({ text, optional }) => {
    const [scope, key] = [text('scope'), text('key')];
    const where = scope === 'global' ? 'everything is paused' : `${scope} ${key} is paused`;
    const option = scope === 'global' ? '' : ` --${scope} ${key}`;
    const ends = optional('until');
    const end = ends === null ? 'until it is resumed' : `until ${ends}`;
    return { says: `${where} by ${text('owner')} ${end}: ${text('why')}`, change: `remedyd resume${option}` };
  },
  maintenance: ({ text, until }, now) => ({
    says: `the maintenance '${text('name')}' is going on: ${text('why')}`,
    change: `${until(now)}, or take it out of \`maintenance\` in the config`,
  }),
  'outside-window': ({ text, until }, now) => ({
    says: `the rule acts only within its window '${text('window')}'`,
    change: `${until(now)}, or set guards.window: always`,
  }),
  dependency: ({ text }) => ({
    says: `${text('alert')} fires, which the rule waits for (${text('matcher')})`,
    change: `repair ${text('alert')}: as soon as it is resolved this goes on; or take the entry out of guards.unless`,
  }),
  storm: ({ number, until }, now) => ({
    says: `${number('recent')} targets broke within ${formatDuration(number('withinMs'))}, and more than ${number('firing')} are a storm`,
    change: `${until(now)}, if nothing else breaks, or raise guards.storm.firing to ${number('recent')}`,
  }),
  flapping: ({ number, until }, now) => ({
    says: `it went on and off ${number('changes')} times within ${formatDuration(number('withinMs'))}, and ${number('allowed')} are allowed`,
    change: `${until(now)}, or raise guards.flapping.changes to ${number('changes')}`,
  }),
  'target-leased': ({ text }) => ({
    says: `${text('run')} of the rule ${text('rule')} is on this target`,
    change: `wait until ${text('run')} has ended`,
  }),
  cooldown: ({ number, time, until }, now) => {
    const ago = now - time('lastRunEnded');
    return {
      says: `the last run here ended ${formatDuration(ago)} ago, and the rule wants ${formatDuration(number('cooldownMs'))} of rest`,
      change: `${until(now)}, or lower guards.cooldown to ${printDuration(ago)}`,
    };
  },
  budget: ({ number, until }, now) => ({
    says: `it had ${number('used')} runs within ${formatDuration(number('perMs'))}, and the rule allows ${number('runs')}`,
    change: `${until(now)}, or raise guards.budget.runs to ${number('used') + 1}`,
  }),
  concurrency: ({ number }) => ({
    says: `${number('running')} runs of this rule are under way, and it may have ${number('max')} at once`,
    change: `wait until one of them has ended, or raise guards.concurrency to ${number('running') + 1}`,
  }),
  'blast-radius': ({ number }) => ({
    says: `${number('counted')} targets of this kind are sick or worked on (${number('sick')} sick, ${number('inFlight')} worked on), and the limit is ${number('limit')}`,
    change: `wait until they are ${number('limit')}, or raise guards.blast_radius until it allows ${number('counted')}`,
  }),
  'common-cause': ({ number }) => ({
    says: `${number('sick')} of ${number('population')} of its kind are sick at once, which is not the trouble of each`,
    change: `find what they have in common; or raise guards.common_cause.peers_percent above ${number('percent')}`,
  }),
  isolated: () => ({
    says: 'remedyd cannot reach its canaries, so what it sees may be its own trouble',
    change: 'look at the host and the network of remedyd',
  }),
  'population-unknown': UNCOUNTED,
  'population-stale': UNCOUNTED,
  'population-empty': UNCOUNTED,
  'population-implausible': ({ number }) => ({
    says: `${number('population')} were counted, and between ${number('leastWithinHour')} and ${number('mostWithinHour')} within the hour before`,
    change: 'find out where the others are; it is counted again every minute',
  }),
  backoff: ({ number, until }, now) => ({
    says: `${number('attemptsWithoutSuccess')} attempts have not helped, so the next one waits ${formatDuration(number('waitMs'))}`,
    change: `${until(now)}, or shorten guards.backoff in the config`,
  }),
  'global-concurrency': ({ number }) => ({
    says: `${number('running')} runs are under way, and the service may have ${number('atOnce')} at once`,
    change: `wait until one of them has ended, or raise guards.runs_at_once to ${number('running') + 1} in the config`,
  }),
  'global-rate': ({ number, until }, now) => ({
    says: `${number('lastHour')} runs began within the last hour, and the service may begin ${number('perHour')}`,
    change: `${until(now)}, or raise guards.runs_per_hour to ${number('lastHour') + 1} in the config`,
  }),
  silenced: ({ text }) => ({
    says: text('why'),
    change: 'end the silence there; it is asked again within a minute',
  }),
  inhibited: ({ text }) => ({
    says: text('why'),
    change: 'repair what the other alert tells of; it is asked again within a minute',
  }),
  'alert-gone': ({ text }) => ({
    says: text('why'),
    change: 'nothing, if it is well: the incident ends when the source tells that the alert is resolved',
  }),
  'source-unreachable': ({ text }) => ({
    says: text('why'),
    change: 'repair the way to the source, or set `unreachable: act` beside its `url` in the config',
  }),
  'guard-error': ({ text }) => ({
    says: `a guardrail could not answer: ${text('error')}`,
    change: 'a defect: read the log of the service, and report it',
  }),
};

class Missing extends Error {
  override readonly name = 'Missing';
}

interface Numbers {
  number(name: string): number;
  text(name: string): string;
  optional(name: string): string | null;
  /** RFC 3339, or milliseconds. */
  time(name: string): Time;
  /** `wait 4 min 10 s (until …)`. */
  until(now: Time): string;
}

function reader(numbers: JsonObject, until: Time | null): Numbers {
  const get = <T>(name: string, pick: (value: unknown) => T | null): T => {
    const value = pick(numbers[name]);
    if (value === null) throw new Missing(name);
    return value;
  };
  return {
    number: (name) => get(name, (value) => (typeof value === 'number' ? value : null)),
    text: (name) => get(name, (value) => (typeof value === 'string' ? value : null)),
    optional: (name) => (typeof numbers[name] === 'string' ? numbers[name] : null),
    time: (name) => get(name, (value) => (typeof value === 'number' ? value : fromIso(value))),
    until: (now) => waiting(until, now),
  };
}

function waiting(until: Time | null, now: Time): string {
  if (until === null) return 'wait';
  const left: Millis = Math.max(0, until - now);
  return left === 0 ? 'nothing more: its time has come' : `wait ${formatDuration(left)} (until ${toIso(until)})`;
}

function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
