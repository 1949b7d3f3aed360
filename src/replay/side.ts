import { type Alert, targetKey } from '../domain/alert.ts';
import { hasEnded } from '../domain/incident.ts';
import type { Reason } from '../domain/reason.ts';
import type { Millis, Time } from '../domain/time.ts';
import { createEngine, type Engine } from '../engine/engine.ts';
import type { EngineSettings } from '../engine/settings.ts';
import { verdictWord } from '../engine/verdict-words.ts';
import type { World } from '../engine/world.ts';
import type { Remediation } from '../remediation/define.ts';
import type { Rulebook } from '../rules/rulebook.ts';
import { createMemoryLedger, type MemoryLedger } from '../store/memory/memory-ledger.ts';
import type { Summary } from './summary.ts';

export interface SideParts {
  readonly rulebook: Rulebook;
  readonly remediations: ReadonlyMap<string, Remediation>;
  readonly settings: EngineSettings;
}

/** What happened on one side altogether. */
export interface Totals {
  incidents: number;
  runs: number;
  asked: number;
  pages: number;
  /** Runs at once, at most. */
  peak: number;
  /** By rule. */
  readonly peaks: Map<string, number>;
  /** Incidents that were held at least once, by reason. */
  readonly held: Map<Reason, number>;
  /** How often people were asked because a breaker was open. */
  breakers: number;
}

/** One set of rules in a replay. */
export interface Side {
  readonly totals: Totals;
  deliver(at: Time, alerts: readonly Alert[]): Promise<void>;
  runUntil(time: Time): Promise<void>;
  /** Incidents that were opened since it was last asked, by the alert that opened them. */
  takeOpened(): readonly string[];
  /** What became of those that have ended since it was last asked. They are forgotten with that. */
  takeEnded(): readonly (readonly [key: string, summary: Summary])[];
  /** What became so far of everything that is still open. */
  open(): readonly (readonly [key: string, summary: Summary])[];
  /** How many rows it keeps. */
  count(): number;
}

interface Course {
  readonly summary: { -readonly [K in keyof Summary]: Summary[K] };
  readonly counts: boolean;
}

/** What is owed later is done so much later at most, so that much of it is done together. */
export const GRAIN: Millis = 30_000;

/** As long as the guardrails remember, and as long as new alerts are compared with older ones, and then some. */
const REMEMBERED: Millis = 7 * 86_400_000;
const JUST_NOW: Millis = 2 * 3_600_000;
const FORGET_EVERY: Millis = 3_600_000;

const STEPS_TAKE: Millis = 10_000;

/**
 * @param from incidents from before then are there for the guardrails to count, and are not counted themselves
 */
export function createSide(parts: SideParts, start: Time, from: Time, population: number): Side {
  const totals: Totals = {
    incidents: 0,
    runs: 0,
    asked: 0,
    pages: 0,
    peak: 0,
    peaks: new Map(),
    held: new Map(),
    breakers: 0,
  };
  const courses = new Map<string, Course>();
  const keys = new Map<string, string>();
  let opened: string[] = [];
  let ended: [string, Summary][] = [];
  let forgotten = start;
  const memory = createMemoryLedger({ keepsTimeline: false });
  const running = new Map<string, number>();
  let atOnce = 0;

  const ledger: MemoryLedger = {
    ...memory,
    async insertRuns(runs) {
      await memory.insertRuns(runs);
      for (const { dry, rule } of runs) if (!dry) count(rule, 1);
    },
    async endRun(id, fence, ending, now) {
      const run = await memory.findRun(id);
      const done = await memory.endRun(id, fence, ending, now);
      if (done && !ending.open && run !== undefined && !run.dry) count(run.rule, -1);
      return done;
    },
  };
  const engine: Engine = createEngine({
    ...parts,
    ledger,
    start,
    grain: GRAIN,
    world: imagine(parts.remediations, population),
    watcher: {
      onChange({ before, after, entries, owed }) {
        if (before === null) {
          const { source, fingerprint, name } = entries[0]?.data ?? {};
          const key = `${source}/${fingerprint}@${after.openedAt}`;
          keys.set(after.id, key);
          const target = targetKey(after.target);
          const { openedAt, rule } = after;
          const summary = {
            openedAt,
            alert: String(name),
            rule,
            target,
            first: '',
            held: [],
            runs: [],
            asked: 0,
            pages: 0,
          };
          courses.set(key, { summary, counts: openedAt >= from });
          opened.push(key);
          if (openedAt >= from) totals.incidents += 1;
        }
        const key = keys.get(after.id);
        const course = key === undefined ? undefined : courses.get(key);
        if (key === undefined || course === undefined) return;
        for (const due of owed) {
          if (due.kind !== 'tell' || (due.topic !== 'page' && due.topic !== 'ask')) continue;
          const field = due.topic === 'page' ? 'pages' : 'asked';
          course.summary[field] += 1;
          if (course.counts) totals[field] += 1;
        }
        if (!hasEnded(after)) return;
        ended.push([key, course.summary]);
        keys.delete(after.id);
        courses.delete(key);
      },
      onVerdict(incident, { event, run }) {
        const course = courses.get(keys.get(incident.id) ?? '');
        if (course === undefined) return;
        const { summary, counts } = course;
        const reason = 'reason' in event ? event.reason : null;
        if (summary.first === '') summary.first = sayVerdict(event.type, reason);
        if (event.type === 'held' && !summary.held.includes(event.reason)) {
          summary.held = [...summary.held, event.reason];
          if (counts) totals.held.set(event.reason, (totals.held.get(event.reason) ?? 0) + 1);
        }
        if (reason === 'breaker-open' && counts) totals.breakers += 1;
        if (event.type !== 'admitted' || run === null) return;
        summary.runs = [...summary.runs, run.remediation];
        if (counts) totals.runs += 1;
      },
    },
  });

  function count(rule: string, more: 1 | -1): void {
    atOnce += more;
    const own = (running.get(rule) ?? 0) + more;
    running.set(rule, own);
    if (engine.now() < from) return;
    totals.peak = Math.max(totals.peak, atOnce);
    totals.peaks.set(rule, Math.max(totals.peaks.get(rule) ?? 0, own));
  }

  return {
    totals,
    async deliver(at, alerts) {
      await engine.runUntil(at);
      await engine.deliver(alerts);
      if (at - forgotten < FORGET_EVERY) return;
      forgotten = at;
      ledger.forget(at - JUST_NOW, at - REMEMBERED);
    },
    runUntil: (time) => engine.runUntil(time),
    takeOpened() {
      const taken = opened;
      opened = [];
      return taken;
    },
    takeEnded() {
      const taken = ended;
      ended = [];
      return taken;
    },
    open: () => [...courses].map(([key, { summary }]) => [key, summary] as const),
    count: () => ledger.count() + courses.size,
  };
}

function sayVerdict(type: string, reason: Reason | null): string {
  const verdict = verdictWord(type) ?? type;
  return reason === null ? verdict : `${verdict} (${reason})`;
}

/**
 * Every run is carried out and leaves the world well; whether it has helped the recorded end of the alert says. Nobody knows
 * what a run that never was would have changed.
 */
function imagine(remediations: ReadonlyMap<string, Remediation>, population: number): World {
  return {
    carryOut: () => ({ end: { kind: 'applied' }, takes: STEPS_TAKE }),
    probe: () => ({ healthy: true, evidence: {} }),
    populations: (now) => new Map([...remediations.keys()].map((name) => [name, { count: population, at: now }])),
  };
}
