import { type Clock, type Millis, type Time, toIso } from '../domain/time.ts';
import { type ChannelState, channelStates } from '../store/channels.ts';
import type { Db } from '../store/db.ts';
import { outboxState } from '../store/outbox.ts';
import { unheardSince } from '../store/unheard.ts';

/** One thing that the service depends on. */
export interface Check {
  readonly name: string;
  readonly ok: boolean;
  /** Without it no webhook can be taken; the others are only told of, because to refuse webhooks would help nobody. */
  readonly required: boolean;
  readonly detail: string;
}

export interface HealthParts {
  readonly db: Db;
  readonly clock: Clock;
  /** Names of the channels that are in use. */
  readonly channelNames: readonly string[];
  /** Null while the rules on disk are the ones in force. */
  rulesFault(): string | null;
  /** When the queue last failed; null while it works. */
  queueFault(): string | null;
  /** Why this replica does not act for its clock's sake; null while that is right. */
  clockFault(): string | null;
}

/** A due row that has waited for longer shows that the work does not keep up. */
const LATE: Millis = 60_000;

/** A page that no channel has taken for longer than this reaches nobody, as far as anybody can tell. */
export const UNHEARD: Millis = 60_000;

/** Looks at everything that the service depends on. Never throws. */
export async function readChecks(parts: HealthParts): Promise<Check[]> {
  const rules = parts.rulesFault();
  const queue = parts.queueFault();
  const time = parts.clockFault();
  const local: Check[] = [
    { name: 'clock', ok: time === null, required: false, detail: time ?? "agrees with the database's" },
    { name: 'rules', ok: rules === null, required: false, detail: rules ?? 'the rules on disk are in force' },
    { name: 'queue', ok: queue === null, required: false, detail: queue ?? 'takes work' },
  ];
  try {
    return [{ name: 'database', ok: true, required: true, detail: 'answers' }, ...local, ...(await stored(parts))];
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    return [{ name: 'database', ok: false, required: true, detail: `does not answer: ${why}` }, ...local];
  }
}

async function stored({ db, clock, channelNames }: HealthParts): Promise<Check[]> {
  const now = clock.now();
  const { depth, oldestDue } = await outboxState(db, now);
  const late = oldestDue !== null && now - oldestDue > LATE;
  const since = oldestDue === null ? '' : `, the oldest due since ${toIso(oldestDue)}`;
  const states = new Map((await channelStates(db)).map((state) => [state.name, state]));
  const channels = channelNames.map((name): Check => {
    const state = states.get(name);
    return { name: `channel ${name}`, ok: (state?.failingSince ?? null) === null, required: false, detail: say(state) };
  });
  const outbox: Check = { name: 'outbox', ok: !late, required: false, detail: `${depth} rows${since}` };
  const people: Check = {
    name: 'people',
    ok: channelNames.length > 0,
    required: false,
    detail:
      channelNames.length > 0 ? `reached through ${channelNames.join(', ')}` : 'nobody can be told: configure notify',
  };
  return [outbox, people, await pages(db, now), ...channels];
}

/** A page that nobody has heard must be seen where machines look, because people were not reached. */
async function pages(db: Db, now: Time): Promise<Check> {
  const unheard = await unheardSince(db, now - UNHEARD);
  const list = unheard.slice(0, 10).map(({ incidentId, since, why }) => `${incidentId} since ${toIso(since)} (${why})`);
  const more = unheard.length > list.length ? ` and ${unheard.length - list.length} more` : '';
  const detail =
    unheard.length === 0 ? 'every page was taken by a channel' : `nobody has heard of ${list.join(', ')}${more}`;
  return { name: 'pages', ok: unheard.length === 0, required: false, detail };
}

function say(state: ChannelState | undefined): string {
  if (state === undefined) return 'not used yet';
  const { failingSince, lastError, openedAt } = state;
  if (failingSince === null) return lastError === null ? 'works' : `works; of the last message: ${lastError}`;
  const open = openedAt === null ? '' : '. Its breaker is open: pages go to the others at once';
  return `fails since ${toIso(failingSince)}: ${lastError ?? ''}${open}`;
}
