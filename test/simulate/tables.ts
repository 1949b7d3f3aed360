import type { Climb } from '../../src/domain/climb.ts';
import type { Incident } from '../../src/domain/incident.ts';
import type { Time } from '../../src/domain/time.ts';
import type { Plan } from '../../src/rules/plan.ts';
import type { Approval } from '../../src/store/approvals.ts';
import type { Demotion } from '../../src/store/demotions.ts';
import type { Episode } from '../../src/store/episodes.ts';
import type { StoredIncident } from '../../src/store/incidents.ts';
import { untaken } from '../../src/store/memory/runs.ts';
import type { OutboxRow } from '../../src/store/outbox.ts';
import type { NewRun, Run, RunEnding } from '../../src/store/runs.ts';

export interface StoredRow extends OutboxRow {
  readonly queuedUntil: Time | null;
  readonly handed: number;
}

export interface StoredRun extends Run {
  readonly executor: string | null;
  readonly executorUntil: Time | null;
  readonly fence: number;
}

export interface StoredEpisode extends Episode {
  readonly id: number;
  readonly current: boolean;
}

/** What people were shown when they were asked. */
export interface Shown {
  readonly plan: Plan;
  readonly needs: number;
}

/** Who has answered a request for approval, and how. */
export interface StoredApproval extends Approval {
  readonly answers: readonly { readonly person: string; readonly yes: boolean }[];
}

/** What one transaction writes. All of it or nothing. */
export interface Writes {
  readonly changes: { readonly before: StoredIncident | null; readonly after: Incident }[];
  /** Rows of the outbox that are done. Where one is gone by the commit, somebody else did it. */
  readonly strikes: number[];
  readonly outbox: StoredRow[];
  readonly runs: NewRun[];
  readonly approvals: Approval[];
  readonly decisions: { readonly id: string; readonly decision: Approval['decision']; readonly now: Time }[];
  readonly runEnds: {
    readonly id: string;
    readonly fence: number | null;
    readonly ending: RunEnding;
    readonly now: Time;
  }[];
  readonly verifies: { readonly id: string; readonly verify: Run['verify'] }[];
  readonly retired: number[];
  /** New and changed ones. */
  readonly episodes: StoredEpisode[];
  /** Incidents whose trouble has come back. */
  readonly recurred: { readonly incidentId: string; readonly now: Time }[];
  readonly demotions: Demotion[];
  readonly webhooks: number[];
  /** Climbs that begin, or go on. */
  readonly climbs: { readonly incidentId: string; readonly climb: Climb }[];
}

export function noWrites(): Writes {
  return {
    changes: [],
    strikes: [],
    outbox: [],
    runs: [],
    approvals: [],
    decisions: [],
    runEnds: [],
    verifies: [],
    retired: [],
    episodes: [],
    recurred: [],
    demotions: [],
    webhooks: [],
    climbs: [],
  };
}

/** A run that nobody has taken yet. */
export function newRun(run: NewRun): StoredRun {
  return { ...untaken(run), executor: null, executorUntil: null, fence: 0 };
}
