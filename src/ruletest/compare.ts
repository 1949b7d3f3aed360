import { targetKey } from '../domain/alert.ts';
import { formatDuration } from '../domain/duration.ts';
import { hasEnded, type Incident } from '../domain/incident.ts';
import type { Json, JsonObject } from '../domain/json.ts';
import type { Time } from '../domain/time.ts';
import type { MemoryLedger } from '../store/memory/memory-ledger.ts';
import type { Run } from '../store/runs.ts';
import type { Expectation } from './schema.ts';
import type { Story } from './story.ts';

/** Something that is not as expected. `path` leads to the expectation's own key. */
export interface Mismatch {
  readonly path: readonly PropertyKey[];
  readonly expected: Json;
  readonly found: Json;
  /** The incident it was found at; null for a count over several. */
  readonly about: string | null;
}

export interface Compared {
  readonly ledger: MemoryLedger;
  readonly story: Story;
  readonly start: Time;
}

/** Whether what happened so far is as expected; all that is not. */
export function compare(expected: Expectation, { ledger, story, start }: Compared): readonly Mismatch[] {
  const all = [...ledger.incidents()]
    .map(({ incident }) => incident)
    .filter(
      ({ rule, target }) =>
        (expected.rule ?? rule) === rule && (expected.target ?? targetKey(target)) === targetKey(target),
    );
  const runs = [...ledger.runs()]
    .filter(({ incidentId, dry }) => !dry && all.some(({ id }) => id === incidentId))
    .sort((a, b) => a.admittedAt - b.admittedAt);
  const missed: Mismatch[] = [];
  const check = (path: readonly PropertyKey[], want: Json | undefined, found: Json, about: string | null = null) => {
    if (want !== undefined && JSON.stringify(want) !== JSON.stringify(found))
      missed.push({ path, expected: want, found, about });
  };
  const told = (topic: 'page' | 'ask') => all.reduce((sum, { id }) => sum + story.told(id, topic), 0);

  check(['incidents'], expected.incidents, all.length);
  check(['open'], expected.open, all.filter((one) => !hasEnded(one)).length);
  check(['pages'], expected.pages, told('page'));
  check(['asked'], expected.asked, told('ask'));
  if (typeof expected.runs === 'number') check(['runs'], expected.runs, runs.length);
  else if (expected.runs !== undefined)
    check(
      ['runs'],
      expected.runs,
      runs.map(({ remediation }) => remediation),
    );
  const last = latest(all);
  for (const [state, count] of Object.entries(expected.states ?? {}))
    check(['states', state], count, last.filter((one) => one.state === state).length);
  const single = [
    'state',
    'reason',
    'verdict',
    'severity',
    'run',
    'outcome',
    'answered',
    'held_until',
    'deadline',
    'guards',
  ] as const;
  const asked = single.filter((key) => expected[key] !== undefined);
  if (last.length === 0 && asked[0] !== undefined) check([asked[0]], say(expected[asked[0]]), 'no incident');
  for (const incident of last)
    checkOne(
      incident,
      runs.findLast(({ incidentId }) => incidentId === incident.id),
    );
  return missed;

  function checkOne(incident: Incident, run: Run | undefined): void {
    const about = `${incident.rule} on ${targetKey(incident.target)}`;
    const decided = story.decided(incident.id);
    check(['state'], expected.state, incident.state, about);
    check(['reason'], expected.reason, incident.reason, about);
    check(['severity'], expected.severity, incident.severity, about);
    check(['verdict'], expected.verdict, decided?.verdict ?? 'none', about);
    check(['run'], expected.run, run?.remediation ?? 'none', about);
    check(['answered'], expected.answered, story.answered.get(incident.id) ?? 'not-asked', about);
    check(['outcome'], expected.outcome, run?.outcome ?? 'none', about);
    check(
      ['held_until'],
      span(expected.held_until),
      fromStart(incident.state === 'held' ? incident.askAt : null),
      about,
    );
    check(['deadline'], span(expected.deadline), fromStart(incident.deadlineAt), about);
    for (const [name, want] of Object.entries(expected.guards ?? {})) {
      const answer = decided?.guards.find(({ guard }) => guard === name);
      if (want === undefined) continue;
      check(['guards', name, 'ok'], want.ok, answer?.ok ?? 'not asked', about);
      check(['guards', name, 'reason'], want.reason, answer?.reason ?? 'none', about);
      const numbers = (answer?.numbers ?? {}) as JsonObject;
      for (const [number, value] of Object.entries(want.numbers))
        check(['guards', name, 'numbers', number], value, numbers[number] ?? 'none', about);
    }
  }

  function fromStart(time: Time | null): Json {
    return time === null ? 'none' : formatDuration(time - start);
  }
}

function span(want: number | 'none' | undefined): Json | undefined {
  return typeof want === 'number' ? formatDuration(want) : want;
}

function say(value: unknown): Json {
  return typeof value === 'object' ? 'answers of guardrails' : (value as Json);
}

/** The newest incident of each rule and target: those before it are history. */
function latest(incidents: readonly Incident[]): readonly Incident[] {
  return [...new Map(incidents.map((one) => [`${one.rule} ${targetKey(one.target)}`, one])).values()];
}
