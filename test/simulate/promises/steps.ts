import { hasEnded } from '../../../src/domain/incident.ts';
import type { Time } from '../../../src/domain/time.ts';
import { PLAN_LIFE } from '../../../src/execute/stored-journal.ts';
import type { Remediation } from '../../../src/remediation/define.ts';
import { pauseFor } from '../../../src/store/pauses.ts';
import { troubleIsBack } from '../all-clear.ts';
import type { Database } from '../database.ts';
import { REMEDIATIONS } from '../remediations.ts';
import type { StoredRun } from '../tables.ts';
import { Broken, type Sent } from '../witness.ts';
import type { World } from '../world.ts';

/** Why a look before a change would have to say no; null where it may say yes. */
type Objection = 'P10' | 'P6' | null;

interface Look {
  readonly from: Objection;
  /** Undefined while it is under way. */
  readonly to: Objection | undefined;
}

/** Follows every step of every run: what was looked at, what was written, what was sent. */
export function watchSteps(db: Database, world: World) {
  const looks = new Map<string, Look>();
  const sentNever = new Set<string>();
  const life = (runId: string, fence: number) => `${runId} ${fence}`;
  const isChange = (run: StoredRun, step: string) =>
    REMEDIATIONS.get(run.remediation)?.steps.find(({ name }) => name === step)?.effect === 'changes';

  return {
    lookBegins(runId: string, fence: number, now: Time): void {
      looks.set(life(runId, fence), { from: objection(db, runId, now), to: undefined });
    },

    lookEnds(runId: string, fence: number, now: Time): void {
      const look = looks.get(life(runId, fence));
      if (look !== undefined) looks.set(life(runId, fence), { ...look, to: objection(db, runId, now) });
    },

    written(runId: string, fence: number, step: string, phase: string): void {
      const run = the(db, runId);
      if (run.fence !== fence)
        throw new Broken('P3', `${runId} is held with number ${run.fence}, and number ${fence} wrote ${step} ${phase}`);
      if (phase === 'begun' && isChange(run, step)) {
        const look = looks.get(life(runId, fence));
        looks.delete(life(runId, fence));
        if (look === undefined || look.to === undefined)
          throw new Broken('P6', `${step} of ${runId} begins, and nobody has looked whether it still may`);
        // What was so from the beginning of the look to its end must have been seen.
        if (look.from !== null && look.from === look.to)
          throw new Broken(look.from, `${step} of ${runId} begins, ${WHY[look.from]}`);
      }
      if (phase === 'ended' && isChange(run, step) && !world.landed.has(`${runId}-${step}`)) {
        const rows = db.journal.get(runId) ?? [];
        if (rows.at(-1)?.data.control === undefined)
          throw new Broken('P7', `${step} of ${runId} is written down as done, and it never took effect`);
      }
    },

    sent({ runId, step, kind, knewBetter }: Sent): void {
      const run = the(db, runId);
      if (kind !== 'do' && kind !== 'undo') return;
      if (run.dry) throw new Broken('P6', `${runId} is a rehearsal, and it changes something: ${step}`);
      if (knewBetter) throw new Broken('P3', `${step} of ${runId} is sent by a replica that knows it has lost the run`);
      const rows = (db.journal.get(runId) ?? []).filter((row) => row.step === step);
      const intent = kind === 'do' ? 'begun' : 'undo-begun';
      if (!rows.some(({ phase }) => phase === intent))
        throw new Broken('P7', `${step} of ${runId} is sent before its intent is written down`);
      if (kind !== 'do' || repeatOf(run, step) !== 'never') return;
      const key = `${runId}-${step}`;
      if (sentNever.has(key)) throw new Broken('P7', `${step} of ${runId} may never be repeated, and is sent again`);
      sentNever.add(key);
    },

    runEnds(runId: string, fence: number | null, outcome: string): void {
      const run = the(db, runId);
      if (fence !== null && run.fence !== fence)
        throw new Broken('P3', `${runId} was ended with number ${fence}, and it is held with number ${run.fence}`);
      if (outcome !== 'applied') return;
      const rows = db.journal.get(runId) ?? [];
      for (const { name } of changesOf(REMEDIATIONS.get(run.remediation))) {
        if (!rows.some(({ step, phase }) => step === name && phase === 'ended'))
          throw new Broken('P7', `${runId} counts as carried out, and nobody knows what came of its step ${name}`);
      }
    },
  };
}

const WHY = {
  P6: 'and its alert was gone, its incident over, its plan stale or its trouble back before and after the last look',
  P10: 'and it was paused before and after the last look',
};

function changesOf(remediation: Remediation | undefined): Remediation['steps'] {
  return (remediation?.steps ?? []).filter(({ effect }) => effect === 'changes');
}

function repeatOf({ remediation }: StoredRun, step: string): string | undefined {
  return REMEDIATIONS.get(remediation)?.steps.find(({ name }) => name === step)?.repeat;
}

function the(db: Database, runId: string): StoredRun {
  const run = db.runs.get(runId);
  if (run === undefined) throw new Broken('P7', `${runId} does not exist`);
  return run;
}

function objection(db: Database, runId: string, now: Time): Objection {
  const run = the(db, runId);
  const incident = db.incidents.get(run.incidentId);
  const pauses = db.standingPauses(now);
  if (pauseFor(pauses, run.rule, run.target) !== undefined) return 'P10';
  if (incident === undefined || hasEnded(incident) || incident.runId !== runId) return 'P6';
  const changed = changesOf(REMEDIATIONS.get(run.remediation)).some(({ name }) =>
    (db.journal.get(runId) ?? []).some(({ step, phase }) => step === name && phase === 'begun'),
  );
  if (changed) return null;
  if (troubleIsBack(db, incident.id)) return 'P6';
  return !incident.firing || now - run.admittedAt > PLAN_LIFE ? 'P6' : null;
}
