import type { Fault } from '../config/faults.ts';
import { type Alert, targetKey } from '../domain/alert.ts';
import { type Answers, createAnswers } from '../engine/answers.ts';
import { createEngine, type Engine } from '../engine/engine.ts';
import { liftAs, pauseAs, takeOverAs } from '../engine/people.ts';
import type { EngineSettings } from '../engine/settings.ts';
import type { Remediation } from '../remediation/define.ts';
import { createRulebook, type Rulebook } from '../rules/rulebook.ts';
import { createMemoryLedger } from '../store/memory/memory-ledger.ts';
import { alertsOf } from './alerts.ts';
import { compare, type Mismatch } from './compare.ts';
import { imagine } from './imagined.ts';
import { type RuleTest, timeOf } from './load.ts';
import type { WrittenPlace, WrittenStep } from './schema.ts';
import { createStory, type Line, type Story } from './story.ts';

export interface Missed extends Mismatch {
  /** Where the expectation stands. */
  readonly at: Fault;
}

export interface TestResult {
  readonly test: RuleTest;
  readonly missed: readonly Missed[];
  /** What happened, with what was missed at its place. */
  readonly lines: readonly Line[];
  /** The rules whose incidents were decided, if the test expects anything at all. */
  readonly covers: ReadonlySet<string>;
}

export interface TestParts {
  readonly rulebook: Rulebook;
  readonly remediations: ReadonlyMap<string, Remediation>;
  readonly settings: EngineSettings;
}

/** Runs one test on a ledger of its own. It goes to the end, whatever is missed on the way. */
export async function runTest(test: RuleTest, { rulebook, remediations, settings }: TestParts): Promise<TestResult> {
  const { written, yaml, index } = test;
  const { rules: only, start } = written;
  const inForce =
    only === undefined ? rulebook : createRulebook(rulebook.rules.filter(({ name }) => only.includes(name)));
  const world = imagine(remediations);
  const story = createStory(start);
  const ledger = createMemoryLedger();
  const engine = createEngine({ rulebook: inForce, remediations, settings, ledger, world, watcher: story, start });
  const answers = createAnswers(engine, { rulebook: inForce, remediations });
  const actor = createActor(test, engine, answers, story);
  const missed: Missed[] = [];
  let at = 0;
  for (const [i, step] of written.steps.entries()) {
    at = timeOf(step, at);
    await engine.runUntil(start + at);
    for (const text of sayStep(step)) story.add({ at, kind: 'test', text });
    world.set(step);
    await actor.act(step);
    const many = Array.isArray(step.expect);
    for (const [k, expected] of [step.expect ?? []].flat().entries()) {
      for (const one of compare(expected, { ledger, story, start })) {
        const path = ['tests', index, 'steps', i, 'expect', ...(many ? [k] : []), ...one.path];
        const where = yaml.fault(path, sayMismatch(one), '', { key: true });
        missed.push({ ...one, at: where });
        story.add({ at, kind: 'missed', text: `${where.message} (line ${where.line})` });
      }
    }
  }
  const expects = written.steps.some(({ expect }) => expect !== undefined);
  const decided = [...ledger.incidents()].filter(({ incident }) => story.decided(incident.id) !== undefined);
  return {
    test,
    missed,
    lines: story.lines,
    covers: new Set(expects ? decided.map(({ incident }) => incident.rule) : []),
  };
}

/** Does what a step says that senders and people do, in this order: pause, resume, fire, resolve, answer, take over. */
function createActor(
  { alerts }: RuleTest,
  engine: Engine,
  answers: Answers,
  story: Story,
): { act(step: WrittenStep): Promise<void> } {
  const firing = new Map<string, Alert>();

  function named(given: WrittenStep['fires']): readonly Alert[] {
    return [given ?? []].flat().flatMap((one) => {
      if (one === 'all') return [...firing.values()];
      const written = typeof one === 'string' ? alerts.get(one) : one;
      return written === undefined ? [] : alertsOf(written, engine.now());
    });
  }
  const keyOf = ({ source, fingerprint }: Alert) => `${source}/${fingerprint}`;

  return {
    async act(step) {
      if (step.pause !== undefined)
        await pauseAs(engine, step.pause === 'everything' ? { by: 'somebody' } : step.pause);
      if (step.resume !== undefined)
        await liftAs(engine, step.resume === 'everything' ? { by: 'somebody' } : step.resume);
      const fires = named(step.fires);
      for (const alert of fires) firing.set(keyOf(alert), alert);
      if (fires.length > 0) await engine.deliver(fires);
      const resolves = named(step.resolves);
      for (const alert of resolves) firing.delete(keyOf(alert));
      const now = engine.now();
      if (resolves.length > 0)
        await engine.deliver(resolves.map((alert) => ({ ...alert, status: 'resolved', endsAt: now })));
      for (const answer of ['approve', 'deny'] as const) {
        for (const given of [step[answer] ?? []].flat()) {
          const { by, stranger: isStranger = false, ...place } = typeof given === 'string' ? { by: given } : given;
          for (const id of openAt(place)) story.answered.set(id, await answers.give(id, { answer, by, isStranger }));
        }
      }
      if (step.ack !== undefined) {
        const { by, ...place } = typeof step.ack === 'string' ? { by: step.ack } : step.ack;
        for (const id of openAt(place)) await takeOverAs(engine, id, by);
      }
    },
  };

  function openAt({ rule, target }: WrittenPlace): readonly string[] {
    return [...engine.ledger.incidents()]
      .map(({ incident }) => incident)
      .filter((one) => one.endedAt === null && (rule ?? one.rule) === one.rule)
      .filter((one) => (target ?? targetKey(one.target)) === targetKey(one.target))
      .map(({ id }) => id);
  }
}

function sayMismatch({ path, expected, found, about }: Mismatch): string {
  const words = (value: unknown) => (Array.isArray(value) ? `[${value.join(', ')}]` : String(value));
  const where = about === null ? '' : `, of ${about}`;
  return `expected ${path.map(String).join('.')} ${words(expected)}, found ${words(found)}${where}`;
}

/** What a step does, for the story; times and expectations are told elsewhere. */
function sayStep({ at: _at, after: _after, expect: _expect, note, ...does }: WrittenStep): readonly string[] {
  const texts = Object.entries(does).flatMap(([key, given]) => (given === undefined ? [] : `${key}: ${print(given)}`));
  return note === undefined ? texts : [note, ...texts];
}

function print(value: unknown): string {
  if (Array.isArray(value)) return value.map(print).join(', ');
  if (typeof value !== 'object' || value === null) return String(value);
  if ('name' in value && 'labels' in value) return `${value.name} ${print(value.labels)}`;
  const pairs = Object.entries(value).filter(([, inner]) => inner !== undefined);
  return `{${pairs.map(([key, inner]) => `${key}=${print(inner)}`).join(', ')}}`;
}
