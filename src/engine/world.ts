import type { Population } from '../decide/guards/counted.ts';
import type { Verdict } from '../decide/verdict.ts';
import type { Incident } from '../domain/incident.ts';
import type { Millis, Time } from '../domain/time.ts';
import type { StepsEnd } from '../execute/run.ts';
import type { Change } from '../store/record.ts';
import type { Run } from '../store/runs.ts';
import type { Seen } from '../verify/see.ts';

/** What the steps of a run come to, and how long they take. No step is carried out; somebody says what would come of it. */
export interface Carried {
  readonly end: Exclude<StepsEnd, { kind: 'interrupted' }>;
  readonly takes: Millis;
}

/** The system that is healed, as the one who asks imagines it. */
export interface World {
  /** Asked when the run begins. Rehearsals are not asked about. */
  carryOut(run: Run, now: Time): Carried;
  /** What the probe sees of the target of a run. */
  probe(run: Run, incident: Incident | undefined, now: Time): Seen;
  /** How many there are of what each remediation acts on. */
  populations(now: Time): ReadonlyMap<string, Population>;
}

/** Who wants to know what happens. */
export interface Watcher {
  /** Something was written: the incident before and after, what its history says, and what is owed then. */
  onChange(change: Change, now: Time): void;
  /** An incident was decided; also where that changes nothing. */
  onVerdict(incident: Incident, verdict: Verdict, now: Time): void;
}
