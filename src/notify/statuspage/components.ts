import type { Severity } from '../../domain/severity.ts';

/** States of a component, best first. */
export const STATES = ['operational', 'degraded_performance', 'partial_outage', 'major_outage'] as const;

export type State = (typeof STATES)[number];

/** An incident that stands on the page. */
export interface Standing {
  readonly id: string;
  readonly status: string;
  /** Our own incident's id; null for one that somebody else made. */
  readonly ours: string | null;
  /** Of our own: the state that it wants for its components. */
  readonly state: State | null;
  /** Ids of the components it covers. */
  readonly components: readonly string[];
}

const BY_SEVERITY: Readonly<Record<Severity, { readonly state: State; readonly impact: string } | null>> = {
  critical: { state: 'major_outage', impact: 'critical' },
  high: { state: 'partial_outage', impact: 'major' },
  medium: { state: 'degraded_performance', impact: 'minor' },
  low: null,
};

/** How bad an incident looks to the public; null for what the public is not told of. */
export function shownAs(severity: Severity): { readonly state: State; readonly impact: string } | null {
  return BY_SEVERITY[severity];
}

/**
 * The states to set for the components of one incident. The worst of all incidents that cover a component counts. What an
 * incident made by a person covers is left as that person set it.
 *
 * @param own the state that the incident wants; `operational` for its end.
 * @param others the other incidents that stand on the page.
 */
export function componentStates(
  components: readonly string[],
  own: State,
  others: readonly Standing[],
): Readonly<Record<string, State>> {
  const states = components.flatMap((component) => {
    const covering = others.filter((one) => one.components.includes(component));
    if (covering.some((one) => one.ours === null)) return [];
    return [[component, worst([own, ...covering.flatMap(({ state }) => state ?? [])])] as const];
  });
  return Object.fromEntries(states);
}

function worst(states: readonly State[]): State {
  return STATES.findLast((state) => states.includes(state)) ?? 'operational';
}
