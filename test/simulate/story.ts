import { unsettled } from './promises/end.ts';
import { THINGS } from './rules.ts';
import { numbersFrom } from './schedule.ts';
import { type Event, play } from './script.ts';
import type { Seams } from './seams.ts';
import { type Line, Simulation } from './simulation.ts';
import { Broken } from './witness.ts';

/** What came of one story. */
export interface Told {
  readonly broken: Broken | null;
  readonly lines: readonly Line[];
  readonly events: number;
}

/** How long everything gets to be settled once the faults are over. */
const CALM = 3 * 3_600_000;

const MOST_EVENTS = 6_000;

/** Plays a script, then ends all faults, and looks whether everything comes to its end. Never throws for a broken promise. */
export async function tellStory(script: readonly Event[], seams: Seams): Promise<Told> {
  const simulation = new Simulation(seams);
  let broken: Broken | null = null;
  try {
    await simulation.after();
    for (const event of script) await play(simulation, event);
    await endCalmly(simulation);
  } catch (error) {
    broken = error instanceof Broken ? error : new Broken('error', (error as Error).stack ?? String(error));
  }
  for (const { life } of simulation.replicas) life.die();
  if (broken !== null) simulation.tell('BROKEN', broken.message);
  return { broken, lines: simulation.lines, events: simulation.events };
}

async function endCalmly(simulation: Simulation): Promise<void> {
  const { world, sources, db, schedule, replicas } = simulation;
  simulation.tell('*', 'the faults are over');
  for (const thing of THINGS) world.moods.set(thing, 'fine');
  world.channelUp = true;
  world.countable = true;
  for (const replica of replicas) {
    replica.life.frozen = false;
    replica.life.skew = 0;
    replica.start();
  }
  await simulation.after();
  const draw = numbersFrom(7);
  const end = schedule.now + CALM;
  let repeatAt = schedule.now;
  for (;;) {
    if (schedule.now >= repeatAt) {
      sources.repeat();
      repeatAt = schedule.now + 120_000;
    }
    await simulation.pass(schedule.now, draw, 2_000);
    const left = unsettled(db, sources, schedule.now);
    if (left === null) return;
    const next = simulation.nextMoment() ?? repeatAt;
    if (schedule.now > end || simulation.events > MOST_EVENTS) throw new Broken(left.promise, left.what);
    await simulation.pass(Math.min(next, repeatAt), draw, 2_000);
  }
}
