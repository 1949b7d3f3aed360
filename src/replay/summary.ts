import type { Reason } from '../domain/reason.ts';
import type { Time } from '../domain/time.ts';

/** What became of one incident on one side of a replay. */
export interface Summary {
  readonly openedAt: Time;
  /** The alert that opened it. */
  readonly alert: string;
  readonly rule: string;
  readonly target: string;
  /** What the first decision came to, and why. */
  readonly first: string;
  /** What it was held for, each once. */
  readonly held: readonly Reason[];
  /** Remediations, in order. */
  readonly runs: readonly string[];
  readonly asked: number;
  readonly pages: number;
}

/** In what two sides can differ about one incident. The first that applies names it, but for runs and pages, which are counted beside. */
export const DIFFERENCES = {
  'rule-changed': 'another rule takes the alert, or none',
  'target-changed': 'it is about another target',
  'incident-added': 'opens an incident of its own',
  'incident-removed': 'joins another incident',
  'run-added': 'runs what did not run',
  'run-removed': 'does not run what ran',
  'page-added': 'pages a person who was not paged',
  'page-removed': 'pages nobody where a person was paged',
  'ask-added': 'asks people who were not asked',
  'ask-removed': 'asks nobody where people were asked',
  'verdict-changed': 'is decided otherwise at first, or held for something else',
} as const;

export type Difference = keyof typeof DIFFERENCES;

/** In what the candidate differs about an incident. One of the two may be missing. */
export function differencesOf(now: Summary | undefined, then: Summary | undefined): readonly Difference[] {
  const [a, b] = [now ?? NONE, then ?? NONE];
  const found: Difference[] = [];
  const note = (difference: Difference, applies: boolean) => void (applies && found.push(difference));
  note('incident-added', now === undefined);
  note('incident-removed', then === undefined);
  const both = now !== undefined && then !== undefined;
  note('rule-changed', both && a.rule !== b.rule);
  note('target-changed', both && a.rule === b.rule && a.target !== b.target);
  note('run-added', missing(b.runs, a.runs));
  note('run-removed', missing(a.runs, b.runs));
  note('page-added', b.pages > a.pages);
  note('page-removed', b.pages < a.pages);
  note('ask-added', b.asked > a.asked);
  note('ask-removed', b.asked < a.asked);
  note('verdict-changed', both && (a.first !== b.first || a.held.toSorted().join() !== b.held.toSorted().join()));
  return found;
}

const NONE = { rule: '', target: '', first: '', held: [], runs: [], asked: 0, pages: 0 };

/** Whether some remediation ran more often on the one side than on the other. */
function missing(here: readonly string[], there: readonly string[]): boolean {
  const rest = [...there];
  return here.some((run) => {
    const place = rest.indexOf(run);
    if (place !== -1) rest.splice(place, 1);
    return place === -1;
  });
}

/** What a side made of an incident, in a few words. */
export function say(summary: Summary | undefined): string {
  if (summary === undefined) return 'no incident of its own';
  const { rule, first, held, runs, asked, pages } = summary;
  const later = held.filter((reason) => first !== `hold (${reason})`);
  return [
    `${rule}: ${first}`,
    ...(later.length === 0 ? [] : [`held for ${later.join(', ')}`]),
    ...(runs.length === 0 ? [] : [`runs ${runs.join(', ')}`]),
    ...(asked === 0 ? [] : [`asks ${asked}×`]),
    ...(pages === 0 ? [] : ['pages']),
  ].join('; ');
}
