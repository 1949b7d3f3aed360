import { judge } from '../../src/allclear/judge.ts';
import { prepare } from '../../src/decide/decide.ts';
import { endOf } from '../../src/execute/finish.ts';
import type { Journal } from '../../src/execute/journal.ts';
import { identityKey } from '../../src/ingest/batch.ts';
import type { Remediation } from '../../src/remediation/define.ts';
import { planHash } from '../../src/rules/plan.ts';
import type { Ledger } from '../../src/store/ledger.ts';
import type { Change } from '../../src/store/record.ts';
import { SETTINGS } from './parts.ts';
import { REMEDIATIONS } from './remediations.ts';
import { INTERVALS, THINGS } from './rules.ts';
import { type Around, type Seams, SOUND } from './seams.ts';

/** One way to spoil the service, at one of the seams. */
export interface Mutation {
  readonly name: string;
  /** What is done wrong, for people. */
  readonly says: string;
  /** The promises that notice; the first is the one that is about it. */
  readonly caughtBy: readonly string[];
  readonly seams: Seams;
}

function mutation(caughtBy: readonly string[], name: string, says: string, change: Partial<Seams>): Mutation {
  return { name, says, caughtBy, seams: { ...SOUND, ...change } };
}

const repeated = new Map(
  [...REMEDIATIONS].map(([name, remediation]): [string, Remediation] => {
    const steps = remediation.steps.map((step) =>
      step.repeat === 'never' ? { ...step, repeat: 'safe' as const } : step,
    );
    return [name, { ...remediation, steps }];
  }),
);

const alwaysOpen = INTERVALS.get('always-open') ?? [];

/** Every look before a change says yes where it would have said no for this reason. */
function blindTo(reason: string): Pick<Seams, 'journal'> {
  return {
    journal: (journal) => ({
      ...journal,
      async mayChange(touched) {
        const look = await journal.mayChange(touched);
        return !look.may && look.reason === reason ? { may: true } : look;
      },
    }),
  };
}

/** Every change is written otherwise than the map says. */
function recorded(spoil: (change: Change) => Change): Pick<Seams, 'ledger'> {
  return { ledger: (ledger) => ({ ...ledger, record: (changes, now) => ledger.record(changes.map(spoil), now) }) };
}

/** What guardrails count is counted when the transaction begins, and not once its turn has come. */
function countedEarly(ledger: Ledger): Ledger {
  const runs = ledger.runFacts(
    THINGS.map((id) => ({ kind: 'thing', id })),
    0,
  );
  const lastHour = ledger.runsAdmittedSince(0);
  return { ...ledger, runFacts: () => runs, runsAdmittedSince: () => lastHour };
}

/** An approval is said to be for whatever would be run now. */
function forAnyPlan(ledger: Ledger, { db, rulebook }: Around): Ledger {
  return {
    ...ledger,
    async findApprovals(ids) {
      const found = [...(await ledger.findApprovals(ids))].map(async ([id, approval]) => {
        const incident = db.incidents.get(approval.incidentId);
        if (incident === undefined) return [id, approval] as const;
        const episodes = await ledger.episodesOf([incident.id]);
        const bench = { rulebook: rulebook(), remediations: REMEDIATIONS, unmatched: SETTINGS.unmatched, now: 0 };
        const prepared = prepare({ incident, episodes, approval }, { ...bench, now: Number.MAX_SAFE_INTEGER });
        return [id, 'plan' in prepared ? { ...approval, planHash: planHash(prepared.plan) } : approval] as const;
      });
      return new Map(await Promise.all(found));
    },
  };
}

const unwaited = (journal: Journal): Journal => ({
  ...journal,
  async write(row) {
    if (row.phase !== 'begun') return journal.write(row);
    journal.write(row).catch(() => undefined);
  },
});

const optimistic = (journal: Journal): Journal => ({
  ...journal,
  async read() {
    const rows = await journal.read();
    const last = rows.at(-1);
    return last?.phase === 'begun' ? [...rows, { ...last, phase: 'ended', data: { result: null } }] : rows;
  },
});

/** Each of them has to be caught; docs/simulation.md says by which promise. */
export const MUTATIONS: readonly Mutation[] = [
  mutation(['P1'], 'ack-before-commit', 'a delivery is answered before it is stored', { acknowledged: 'on arrival' }),
  mutation(['P1'], 'dedupe-by-time', 'an alert that fired within a day counts as repeated, whatever happened since', {
    telling: (alert, db) => alert.status === 'resolved' || db.current(identityKey(alert)) === undefined,
  }),
  mutation(['P1', 'P2', 'P8'], 'outbox-after-commit', 'work owed is written after the transaction that owes it', {
    owedWith: 'the hand-over',
  }),
  mutation(['P2'], 'no-deadline-row', 'the deadline is not owed', {
    owed: (rows) => rows.filter(({ kind }) => kind !== 'deadline'),
  }),
  mutation(['P2'], 'deadline-ends-with-run', 'the deadline is struck when a run starts', {
    ...recorded((change) => {
      if (change.after.state !== 'running') return change;
      return { ...change, after: { ...change.after, deadlineAt: null } };
    }),
  }),
  mutation(['P2'], 'cover-without-end', 'the page of a storm stands for others long after the storm is over', {
    covers: (_standing, ever) => ever,
  }),
  mutation(['P2', 'P1', 'P3'], 'no-version', 'an incident is written over whatever stands there', {
    versionHolds: () => true,
  }),
  mutation(['P3'], 'no-fence', 'the journal takes lines with any fencing number', { fenceHolds: () => true }),
  mutation(['P4'], 'unknown-window-is-yes', 'a time window that the config does not have counts as open', {
    timeIntervals: new (class extends Map<string, typeof alwaysOpen> {
      override get = () => alwaysOpen;
    })(),
  }),
  mutation(['P4'], 'unknown-population-is-yes', 'a share of nobody knows how many is allowed', {
    population: (counted) => counted ?? 1_000,
  }),
  mutation(['P4'], 'dependency-not-asked', 'nobody asks whether what the thing depends on is down', {
    ledger: (ledger) => ({ ...ledger, firingNow: async () => [] }),
  }),
  mutation(['P5'], 'no-admission-lock', 'two admissions count at the same time', {
    ledger: (ledger) => ({ ...ledger, lockAdmission: async () => undefined }),
  }),
  mutation(['P5'], 'count-before-lock', 'what guardrails count is counted before the turn of the admission', {
    ledger: countedEarly,
  }),
  mutation(['P6'], 'no-look', 'nobody looks again before a change', {
    journal: (journal) => ({ ...journal, mayChange: async () => ({ may: true }) }),
  }),
  mutation(
    ['P6'],
    'alert-gone-not-looked-at',
    'the look before a change does not heed that the alert is gone',
    blindTo('alert-gone'),
  ),
  mutation(['P6'], 'all-clear-in-trouble', 'an all-clear is given while its trouble goes on', {
    allClear: (facts, now) => judge({ ...facts, open: false }, now),
  }),
  mutation(
    ['P6'],
    'stale-plan-not-looked-at',
    'the look before a change does not heed how old the plan is',
    blindTo('plan-stale'),
  ),
  mutation(['P7'], 'never-is-safe', 'a step that may never be repeated is repeated after a crash', {
    remediations: repeated,
  }),
  mutation(['P7'], 'intent-not-awaited', 'a step acts before its intent is written down', { journal: unwaited }),
  mutation(['P7'], 'result-first', 'a step that was cut off counts as ended', { journal: optimistic }),
  mutation(['P7'], 'unknown-is-applied', 'a run of which nobody can tell counts as carried out', {
    endOf: (run, end, journal, rulebook) =>
      endOf(run, end.kind === 'unknown' ? { kind: 'applied' } : end, journal, rulebook),
  }),
  mutation(['P8'], 'climb-forgotten', 'nobody is owed to be told after the first page', {
    owed: (rows) => rows.filter(({ kind }) => kind !== 'climb'),
  }),
  mutation(['P8'], 'page-forgotten', 'an incident that a person took over and that then fails pages nobody', {
    ...recorded((change) => {
      const { ackedAt, state } = change.after;
      return ackedAt !== null && state === 'escalated' ? { ...change, owed: [] } : change;
    }),
  }),
  mutation(['P8', 'P1'], 'heals-behind-backs', 'healing goes on after the deadline has paged somebody', {
    ledger: (ledger, { db }) => ({
      ...ledger,
      async lockIncidents(ids) {
        const stored = [...(await ledger.lockIncidents(ids))];
        return new Map(
          stored.map(([id, one]) => [id, { ...one, incident: { ...one.incident, pagesInParallel: true } }]),
        );
      },
      record(changes, now) {
        const parallel = (id: string) => db.incidents.get(id)?.pagesInParallel;
        const kept = changes.map((change) => {
          const pagesInParallel = parallel(change.after.id) ?? change.after.pagesInParallel;
          return { ...change, after: { ...change.after, pagesInParallel } };
        });
        return ledger.record(kept, now);
      },
    }),
  }),
  mutation(['P9'], 'any-plan', 'an approval counts for whatever the plan has become', { ledger: forAnyPlan }),
  mutation(['P9'], 'one-person-twice', 'the same person counts twice', {
    agreeing: (answers) => answers.filter(({ yes }) => yes).length,
  }),
  mutation(['P10'], 'pause-not-asked', 'the admission does not heed a pause', {
    ledger: (ledger) => ({ ...ledger, standingPauses: async () => [] }),
  }),
  mutation(['P10'], 'pause-not-looked-at', 'the look before a change does not heed a pause', blindTo('paused')),
];
