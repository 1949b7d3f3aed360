import type { Incident } from './incident.ts';

/** The daemon's own alerts whose page stands for the pages of many. */
export const GATHERINGS = ['RuleStorm', 'CommonCause', 'SelfIsolated'] as const;

export type Gathering = (typeof GATHERINGS)[number];

/** Such an alert that fires, with an open incident of its own whose page is owed, sent or answered. */
export interface Cover {
  /** Its incident. */
  readonly id: string;
  readonly gathering: Gathering;
  /** The rule that it is about; null for one that is about the daemon itself. */
  readonly rule: string | null;
}

const WAITING: readonly Incident['state'][] = ['received', 'held', 'observing'];

/** The one whose page stands for that of this incident: only where nothing is under way and nobody was told. */
export function coverOf(
  covers: readonly Cover[],
  { state, rule, reason, pagedAt, ackedAt }: Pick<Incident, 'state' | 'rule' | 'reason' | 'pagedAt' | 'ackedAt'>,
): Cover | undefined {
  if (pagedAt !== null || ackedAt !== null || !WAITING.includes(state)) return undefined;
  const stands: Readonly<Record<Gathering, (about: string | null) => boolean>> = {
    RuleStorm: (about) => about === rule,
    CommonCause: (about) => about === rule && reason === 'common-cause',
    SelfIsolated: () => reason === 'isolated',
  };
  return covers.find((cover) => stands[cover.gathering](cover.rule));
}
