import { judge } from '../../src/allclear/judge.ts';
import type { Alert } from '../../src/domain/alert.ts';
import type { Cover } from '../../src/domain/gathering.ts';
import type { Incident } from '../../src/domain/incident.ts';
import type { TimeInterval } from '../../src/domain/time-interval.ts';
import { endOf } from '../../src/execute/finish.ts';
import type { Journal } from '../../src/execute/journal.ts';
import type { Remediation } from '../../src/remediation/define.ts';
import type { Rulebook } from '../../src/rules/rulebook.ts';
import type { Episode } from '../../src/store/episodes.ts';
import type { Ledger } from '../../src/store/ledger.ts';
import type { NewOutboxRow } from '../../src/store/outbox.ts';
import { REMEDIATIONS } from './remediations.ts';
import { INTERVALS } from './rules.ts';

/** What a spoilt seam may look at. */
export interface Around {
  readonly db: {
    readonly incidents: ReadonlyMap<string, Incident>;
    current(key: string): Episode | undefined;
  };
  rulebook(): Rulebook;
}

/** One person's answer to a request for approval. */
export interface Given {
  readonly person: string;
  readonly yes: boolean;
}

/**
 * Where the simulation touches what it tests: the pure functions of the service, and the promises of the model around them.
 * A mutation replaces one of them, to show that the properties notice.
 */
export interface Seams {
  readonly remediations: ReadonlyMap<string, Remediation>;
  readonly timeIntervals: ReadonlyMap<string, readonly TimeInterval[]>;
  /** How many things there are, as the guardrails are told; null where nobody could count them. */
  population(counted: number | null): number | null;
  /** What the stages read and write, within one transaction. */
  ledger(ledger: Ledger, around: Around): Ledger;
  /** Whether a delivery is looked at, or dropped as one that is known. */
  telling(alert: Alert, db: Around['db']): boolean;
  readonly endOf: typeof endOf;
  /** The journal as the executor sees it. */
  journal(journal: Journal): Journal;
  /** What of the work owed is really stored. */
  owed(rows: readonly NewOutboxRow[]): readonly NewOutboxRow[];
  /** Whether the outbox is written in the transaction that owes the work, or after it. */
  readonly owedWith: 'the commit' | 'the hand-over';
  fenceHolds(stored: number, given: number): boolean;
  versionHolds(stored: number, given: number): boolean;
  readonly acknowledged: 'after the commit' | 'on arrival';
  /** Whose page stands for those of others: of all storms that there ever were, those that stand. */
  covers(standing: readonly Cover[], ever: readonly Cover[]): readonly Cover[];
  /** Whether an all-clear may be given. */
  readonly allClear: typeof judge;
  /** How many people said yes. */
  agreeing(answers: readonly Given[]): number;
}

/** The service as it is. */
export const SOUND: Seams = {
  remediations: REMEDIATIONS,
  timeIntervals: INTERVALS,
  population: (counted) => counted,
  ledger: (ledger) => ledger,
  telling: () => true,
  endOf,
  journal: (journal) => journal,
  owed: (rows) => rows,
  owedWith: 'the commit',
  fenceHolds: (stored, given) => stored === given,
  versionHolds: (stored, given) => stored === given,
  acknowledged: 'after the commit',
  covers: (standing) => standing,
  allClear: judge,
  agreeing: (answers) => new Set(answers.filter(({ yes }) => yes).map(({ person }) => person)).size,
};
