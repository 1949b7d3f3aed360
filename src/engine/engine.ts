import { NO_CANARIES } from '../decide/canaries.ts';
import { decideRows } from '../decide/judge.ts';
import type { Alert } from '../domain/alert.ts';
import type { Time } from '../domain/time.ts';
import { deadlineDue, expiryDue } from '../escalate/due.ts';
import { endOf, finishRun } from '../execute/finish.ts';
import type { JournalRow } from '../execute/journal.ts';
import { openerFor } from '../ingest/opener.ts';
import { keptApart, takeIn, writeOutcome } from '../ingest/take-in.ts';
import { wakesAfter } from '../ingest/wakes-after.ts';
import type { Remediation } from '../remediation/define.ts';
import type { Rulebook } from '../rules/rulebook.ts';
import type { MemoryLedger } from '../store/memory/memory-ledger.ts';
import type { Handed, OutboxRow } from '../store/outbox.ts';
import type { Change } from '../store/record.ts';
import type { Run } from '../store/runs.ts';
import { WAKES, type Waking } from '../store/wake.ts';
import { concludeLook } from '../verify/conclude.ts';
import type { EngineSettings } from './settings.ts';
import { createVirtualClock } from './virtual-clock.ts';
import type { Watcher, World } from './world.ts';

export interface EngineParts {
  readonly rulebook: Rulebook;
  readonly remediations: ReadonlyMap<string, Remediation>;
  readonly settings: EngineSettings;
  /** Empty, and nobody else's. */
  readonly ledger: MemoryLedger;
  readonly world: World;
  readonly watcher: Watcher;
  readonly start: Time;
  /** Several rows of about the same time are worked on together where this rounds them to one. */
  readonly grain?: number;
}

/**
 * The stages of the service in one process without a queue, a database or a world: alerts go in, time is moved by hand, and
 * whatever is owed is done when it is due. What each stage writes it writes by the service's own code, to a ledger in memory.
 */
export interface Engine {
  readonly ledger: MemoryLedger;
  now(): Time;
  /** Takes in alerts as one delivery, and does what is due at once. */
  deliver(alerts: readonly Alert[]): Promise<void>;
  /** Does what is due until then, each at its time; the clock stands at `time` afterwards. */
  runUntil(time: Time): Promise<void>;
  /** Does what a change from outside owes at once. */
  work(handed: readonly Handed[]): Promise<void>;
}

/** As many as the service decides together. */
const MOST_DECIDED = 500;

const MOST_CLAIMED = 5_000;

/** More rounds than that at one moment are a circle. */
const MOST_ROUNDS = 10_000;

export function createEngine(parts: EngineParts): Engine {
  const { rulebook, remediations, settings, world, watcher } = parts;
  const clock = createVirtualClock(parts.start);
  const grain = parts.grain ?? 1;
  const populations = { known: () => world.populations(clock.now()) };
  const shared = { ...settings, clock, remediations, populations, canaries: NO_CANARIES, rulebook: () => rulebook };
  const opener = openerFor(rulebook, remediations, settings.escalateAfter);
  const ledger: MemoryLedger = {
    ...parts.ledger,
    async record(changes, now) {
      const handed = await parts.ledger.record(changes.map(withoutNews), now);
      for (const change of changes) watcher.onChange(change, now);
      return handed;
    },
  };
  /** Runs whose steps are under way, and what they will have come to. */
  const underWay = new Map<string, ReturnType<World['carryOut']>['end']>();
  let ready: Handed[] = [];

  async function drain(): Promise<void> {
    for (let round = 0; ready.length > 0; round += 1) {
      if (round > MOST_ROUNDS) throw new Error('The same work is owed again and again, and time does not go on');
      const rows = ready;
      ready = [];
      const decisions = rows.filter(({ kind }) => kind === 'decide').map(({ id }) => id);
      for (let i = 0; i < decisions.length; i += MOST_DECIDED) await decideSome(decisions.slice(i, i + MOST_DECIDED));
      for (const { id, kind } of rows) if (kind !== 'decide') await workOn(id);
    }
  }

  async function decideSome(ids: readonly number[]): Promise<void> {
    const { judged, handed } = await decideRows(ledger, shared, ids);
    for (const { verdict, change } of judged) watcher.onVerdict(change.after, verdict, clock.now());
    ready.push(...handed);
  }

  async function workOn(id: number): Promise<void> {
    const [row] = await ledger.lockRows([id], clock.now());
    if (row === undefined) return;
    switch (row.kind) {
      case 'deadline':
        return void ready.push(...(await deadlineDue(ledger, shared, row, clock.now())));
      case 'expire':
        return void ready.push(...(await expiryDue(ledger, row, clock.now())));
      case 'execute':
        return execute(row);
      case 'verify':
        return verify(row);
      default:
        await ledger.strike([id]);
    }
  }

  async function execute(row: OutboxRow): Promise<void> {
    const run = row.runId === null ? undefined : await ledger.findRun(row.runId);
    if (run === undefined || run.endedAt !== null || run.appliedAt !== null)
      return void (await ledger.strike([row.id]));
    if (run.dry) return finish(row, run, { kind: 'applied' }, rehearsal(run, clock.now()));
    const known = underWay.get(run.id);
    if (known !== undefined) return finish(row, run, known, []);
    const { end, takes } = world.carryOut(run, clock.now());
    const changing = remediations.get(run.remediation)?.steps.find(({ effect }) => effect === 'changes');
    const acted = end.kind !== 'noop' && end.kind !== 'wait' && end.kind !== 'stopped';
    if (acted && changing !== undefined) ledger.begin(run.id, changing.name, clock.now());
    if (takes <= 0) return finish(row, run, end, []);
    underWay.set(run.id, end);
    await ledger.strike([row.id]);
    const { kind, incidentId, runId, data } = row;
    ready.push(
      ...(await ledger.insertOutbox([{ kind, incidentId, runId, data, dueAt: clock.now() + takes }], clock.now())),
    );
  }

  async function finish(row: OutboxRow, run: Run, end: Parameters<typeof endOf>[1], journal: readonly JournalRow[]) {
    underWay.delete(run.id);
    const ending = endOf(run, end, journal, rulebook);
    const handed = await finishRun(ledger, run, ending, null, row.id, clock.now());
    ready.push(...(handed ?? []));
    if (!ending.run.open) await wake(WAKES.runEnded);
  }

  function rehearsal(run: Run, at: Time): readonly JournalRow[] {
    const steps = remediations.get(run.remediation)?.steps ?? [];
    const told = steps.filter(({ effect }) => effect === 'changes');
    return told.map(({ name }) => ({ step: name, phase: 'told', at, data: {} }));
  }

  async function verify(row: OutboxRow): Promise<void> {
    const run = row.runId === null ? undefined : await ledger.findRun(row.runId);
    const incident = run === undefined ? undefined : ledger.findIncident(run.incidentId)?.incident;
    const seen = run === undefined ? null : world.probe(run, incident, clock.now());
    const { handed, isFree } = await concludeLook(ledger, shared, row.id, run, seen);
    ready.push(...handed);
    if (isFree) await wake(WAKES.runEnded);
  }

  async function wake(waking: Waking): Promise<void> {
    ready.push(...(await ledger.wakeHeld(waking, clock.now())));
  }

  return {
    ledger,
    now: clock.now,
    async deliver(delivered) {
      const alerts = delivered.map(keptApart);
      const taken = await takeIn(ledger, shared, alerts, opener);
      const { meanings, changes } = taken.outcome;
      ready.push(...(await writeOutcome(ledger, taken)));
      const resolved = alerts.filter((_, i) => meanings[i] === 'resolve');
      const ended = changes.some(({ after }) => after.endedAt !== null);
      if (resolved.length > 0) for (const waking of wakesAfter(resolved, ended, rulebook)) await wake(waking);
      await drain();
    },
    async runUntil(time) {
      for (;;) {
        const due = ledger.nextDue();
        const next = due === null ? null : Math.max(Math.ceil(due / grain) * grain, clock.now());
        if (next === null || next > time) break;
        clock.moveTo(next);
        ready.push(...(await ledger.claimDue(next, MOST_CLAIMED)));
        await drain();
      }
      clock.moveTo(Math.max(time, clock.now()));
    },
    async work(handed) {
      ready.push(...handed);
      await drain();
    },
  };
}

/** Who is told stands in the change that owes it, and the watcher sees that; nobody is there to hear it. */
function withoutNews(change: Change): Change {
  const { owed } = change;
  return owed.some(isNews) ? { ...change, owed: owed.filter((due) => !isNews(due)) } : change;
}

function isNews({ kind }: Change['owed'][number]): boolean {
  return kind === 'tell' || kind === 'count';
}
