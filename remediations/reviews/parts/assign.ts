import type { ReviewSettings, Role } from '../../settings.ts';
import type { Escalation, Overdue } from './tables.ts';

/** People of each role. */
export function peopleOf({ managers, team_leads, agents }: ReviewSettings): Readonly<Record<Role, readonly string[]>> {
  return { manager: managers, team_lead: team_leads, agent: agents };
}

/**
 * Who gets each task at its next level: by its priority the manager, the team lead or an agent, and of several the one
 * with the fewest open tasks, counting what this very plan gives away. A task is not given to whom it waits for now, as
 * long as there is somebody else.
 */
export function assign(
  tasks: readonly Overdue[],
  reviews: ReviewSettings,
  loads: ReadonlyMap<string, number>,
): { readonly escalations: readonly Escalation[]; readonly unassignable: readonly Overdue[] } {
  const people = peopleOf(reviews);
  const load = new Map(loads);
  const escalations: Escalation[] = [];
  const unassignable: Overdue[] = [];
  for (const task of tasks) {
    const { id, priority } = task;
    const level = task.level + 1;
    const role = roleFor(reviews, priority, level);
    const others = people[role].filter((person) => person !== task.assignedTo);
    const to = leastLoaded(others.length > 0 ? others : people[role], load);
    if (to === null) {
      unassignable.push(task);
      continue;
    }
    load.set(to, (load.get(to) ?? 0) + 1);
    escalations.push({ id, priority, level, role, to });
  }
  return { escalations, unassignable };
}

function roleFor({ ladder }: ReviewSettings, priority: string, level: number): Role {
  const steps = priority === 'urgent' || priority === 'critical' ? ladder.urgent : ladder[rungsOf(priority)];
  return steps[level - 1] ?? 'manager';
}

/** A priority that nobody has heard of is a low one. */
function rungsOf(priority: string): 'high' | 'medium' | 'low' {
  return priority === 'high' || priority === 'medium' ? priority : 'low';
}

function leastLoaded(people: readonly string[], load: ReadonlyMap<string, number>): string | null {
  const [first, ...rest] = people;
  if (first === undefined) return null;
  return rest.reduce((best, one) => ((load.get(one) ?? 0) < (load.get(best) ?? 0) ? one : best), first);
}
