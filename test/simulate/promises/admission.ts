import { isDeepStrictEqual } from 'node:util';
import { type Target, targetKey } from '../../../src/domain/alert.ts';
import type { Incident } from '../../../src/domain/incident.ts';
import type { Time } from '../../../src/domain/time.ts';
import type { Remediation } from '../../../src/remediation/define.ts';
import { matchesAll } from '../../../src/rules/matchers/match-labels.ts';
import type { Rule } from '../../../src/rules/rule.ts';
import type { Pause } from '../../../src/store/pauses.ts';
import type { NewRun } from '../../../src/store/runs.ts';
import type { Database } from '../database.ts';
import { REMEDIATIONS } from '../remediations.ts';
import { INTERVALS, LIMITS, THINGS } from '../rules.ts';
import type { StoredEpisode, StoredRun } from '../tables.ts';
import { Broken } from '../witness.ts';

/** Everything known at the moment when a run is let start. */
export interface Admission {
  readonly run: NewRun;
  readonly incident: Incident;
  readonly rule: Rule;
  readonly now: Time;
  /** What could be seen then; it may have changed by the time of the commit, which no lock forbids. */
  readonly seen: Seen;
}

export interface Seen {
  readonly populationKnown: boolean;
  readonly firing: readonly StoredEpisode[];
  readonly pauses: readonly Pause[];
  /** Things that are sick, as far as the incidents know. */
  readonly sick: readonly Target[];
}

/** What an admission can see at this moment. */
export function seenNow(db: Database, populationKnown: boolean, now: Time): Seen {
  return {
    populationKnown,
    firing: [...db.episodes.values()].filter((episode) => episode.current && episode.status === 'firing'),
    pauses: db.standingPauses(now),
    sick: db.open().flatMap(({ firing, target }) => (firing ? [target] : [])),
  };
}

/** Counts once more, by its own plain means, and from what really stands when the admission is committed. */
export function checkAdmission(db: Database, one: Admission): void {
  const others = [...db.runs.values()].filter(({ id, dry }) => id !== one.run.id && !dry);
  failsClosed(one);
  limitsHold(one, others);
  isAllowed(db, one, REMEDIATIONS.get(one.run.remediation));
}

function failsClosed({ run, rule, seen }: Admission): void {
  const { window, blastRadius, unless } = rule.guards;
  if (window !== null && !INTERVALS.has(window))
    throw new Broken('P4', `${run.id} started in the window '${window}', which nobody knows`);
  if (blastRadius?.percent != null && !seen.populationKnown)
    throw new Broken('P4', `${run.id} started, and nobody knows of how many it would be a share`);
  const cause = seen.firing.find((alert) => unless.some((matchers) => matchesAll(matchers, alert)));
  if (cause !== undefined) throw new Broken('P4', `${run.id} started while ${cause.name} fired`);
}

function limitsHold(one: Admission, others: readonly StoredRun[]): void {
  const { run, rule, incident, seen, now } = one;
  const { concurrency, budget, cooldown, blastRadius } = rule.guards;
  const running = others.filter(({ endedAt }) => endedAt === null);
  const touched = others.filter((r) => sameTarget(r, run) && r.outcome !== 'noop' && r.outcome !== 'stopped');
  const within = (say: string, count: number, limit: number) => {
    if (count > limit) throw new Broken('P5', `with ${run.id}, ${say}: ${count}, and ${limit} are allowed`);
  };
  within(
    `runs of the rule '${rule.name}' at once`,
    running.filter((r) => r.rule === rule.name).length + 1,
    concurrency,
  );
  within('runs at once', running.length + 1, LIMITS.runs_at_once);
  within('runs in an hour', others.filter((r) => r.admittedAt >= now - 3_600_000).length + 1, LIMITS.runs_per_hour);
  const recent = touched.filter((r) => r.rule === rule.name && r.admittedAt > now - budget.per);
  within(`runs on ${run.target.id} in the period`, recent.length + 1, budget.runs);
  const rested = touched.every((r) => r.incidentId === incident.id || (r.endedAt ?? now) + cooldown <= now);
  if (!rested) throw new Broken('P5', `${run.id} started on ${run.target.id} before its rest was over`);
  if (blastRadius === null) return;
  const known = [...seen.sick, ...running.map(({ target }) => target), run.target];
  const concerned = known.filter(({ kind }) => kind === run.target.kind).map(({ id }) => id);
  const share = blastRadius.percent === null ? THINGS.length : Math.floor((THINGS.length * blastRadius.percent) / 100);
  within('things sick or worked on', new Set(concerned).size, Math.min(share, blastRadius.max ?? share));
}

function isAllowed(db: Database, { run, incident, rule, seen }: Admission, remediation: Remediation | undefined): void {
  const pause = seen.pauses.find(
    ({ scope, key }) => scope === 'global' || key === rule.name || key === targetKey(run.target),
  );
  if (pause !== undefined) throw new Broken('P10', `${run.id} started while ${pause.owner} had paused it`);
  if (incident.pagedAt !== null && !incident.pagesInParallel)
    throw new Broken('P8', `${run.id} started behind the back of the person who was paged for ${incident.id}`);
  if (rule.approval === null && remediation?.risk !== 'high' && rule.mode !== 'propose') return;
  const { remediation: name, params, target } = run;
  const plan = { remediation: name, params, target, ruleHash: rule.hash };
  const approved = [...db.approvals.values()].filter(
    (a) =>
      a.incidentId === incident.id && a.decision === 'approved' && isDeepStrictEqual(db.shown.get(a.id)?.plan, plan),
  );
  const [approval] = approved;
  if (approval === undefined) throw new Broken('P9', `${run.id} started, and nobody had approved this very plan`);
  const people = new Set(approval.answers.filter(({ yes }) => yes).map(({ person }) => person));
  const needs = db.shown.get(approval.id)?.needs ?? 1;
  if (people.size < needs)
    throw new Broken('P9', `${run.id} started with the word of ${people.size}, and ${needs} people are needed`);
}

function sameTarget(a: NewRun, b: NewRun): boolean {
  return targetKey(a.target) === targetKey(b.target);
}
