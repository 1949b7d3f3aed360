import fc from 'fast-check';
import { acknowledge, answer, close, lapse, nth, pause, resume } from './people.ts';
import { ALERTS, RULEBOOKS, THINGS } from './rules.ts';
import { numbersFrom } from './schedule.ts';
import type { Simulation } from './simulation.ts';
import { CURES, MOODS } from './world.ts';

/** One line of a script. Numbers choose among what there is then, so every part of a script is a script. */
export type Event =
  | { readonly do: 'work'; readonly turns: number; readonly order: number }
  | { readonly do: 'pass'; readonly seconds: number; readonly most: number; readonly order: number }
  | { readonly do: 'nap'; readonly replica: number; readonly seconds: number; readonly order: number }
  | { readonly do: 'stall'; readonly seconds: number }
  | { readonly do: 'outage'; readonly minutes: number }
  | { readonly do: 'trouble'; readonly alert: number; readonly things: number; readonly cure: number }
  | { readonly do: 'over'; readonly n: number }
  | { readonly do: 'repeat' | 'power' | 'count' | 'channel' }
  | { readonly do: 'lose' | 'double' | 'lose wake-up' | 'double wake-up'; readonly n: number }
  | { readonly do: 'crash' | 'start' | 'freeze' | 'thaw'; readonly replica: number }
  | { readonly do: 'skew'; readonly replica: number; readonly seconds: number }
  | { readonly do: 'reload'; readonly replica: number; readonly rules: number }
  | { readonly do: 'mood'; readonly thing: number; readonly mood: number }
  | { readonly do: 'answer'; readonly n: number; readonly person: number; readonly yes: boolean }
  | { readonly do: 'ack' | 'lapse' | 'close' | 'resume'; readonly n: number }
  | { readonly do: 'pause'; readonly scope: number; readonly n: number; readonly minutes: number };

const any = (max: number) => fc.noBias(fc.nat({ max: max - 1 }));
const of = <T extends Event['do']>(...names: readonly T[]) => fc.constantFrom(...names);

const mostly = fc.noBias(fc.constantFrom(true, true, true, true, true, true, false));

const event: fc.Arbitrary<Event> = fc.oneof(
  { weight: 32, arbitrary: fc.record({ do: of('work'), turns: any(30), order: any(1_000_000) }) },
  { weight: 10, arbitrary: fc.record({ do: of('pass'), seconds: any(30), most: any(60), order: any(1_000_000) }) },
  { weight: 5, arbitrary: fc.record({ do: of('pass'), seconds: any(300), most: any(300), order: any(1_000_000) }) },
  { weight: 4, arbitrary: fc.record({ do: of('nap'), replica: any(3), seconds: any(40), order: any(1_000_000) }) },
  { weight: 2, arbitrary: fc.record({ do: of('stall'), seconds: any(60) }) },
  { weight: 2, arbitrary: fc.record({ do: of('outage'), minutes: any(20) }) },
  { weight: 10, arbitrary: fc.record({ do: of('trouble'), alert: any(5), things: any(16), cure: any(4) }) },
  { weight: 4, arbitrary: fc.record({ do: of('over'), n: any(12) }) },
  { weight: 4, arbitrary: fc.record({ do: of('repeat', 'power', 'count', 'channel') }) },
  { weight: 5, arbitrary: fc.record({ do: of('lose', 'double', 'lose wake-up', 'double wake-up'), n: any(20) }) },
  { weight: 10, arbitrary: fc.record({ do: of('crash', 'start', 'freeze', 'thaw'), replica: any(3) }) },
  { weight: 2, arbitrary: fc.record({ do: of('skew'), replica: any(3), seconds: any(9) }) },
  { weight: 5, arbitrary: fc.record({ do: of('reload'), replica: any(3), rules: any(3) }) },
  { weight: 4, arbitrary: fc.record({ do: of('mood'), thing: any(4), mood: any(12) }) },
  { weight: 12, arbitrary: fc.record({ do: of('answer'), n: any(5), person: any(4), yes: mostly }) },
  { weight: 3, arbitrary: fc.record({ do: of('ack', 'lapse', 'close', 'resume'), n: any(10) }) },
  { weight: 1, arbitrary: fc.record({ do: of('pause'), scope: any(3), n: any(5), minutes: any(10) }) },
) as fc.Arbitrary<Event>;

/** Scripts of a story. fast-check draws them from a seed, and takes away from one that fails what it does not need. */
export const scripts: fc.Arbitrary<readonly Event[]> = fc.noBias(
  fc.array(event, { minLength: 1, maxLength: 60, size: 'max' }),
);

/** Lets one line of a script happen. @throws Broken */
export async function play(simulation: Simulation, event: Event): Promise<void> {
  const { world, sources, queue, replicas, schedule } = simulation;
  const thing = 'thing' in event ? (nth(THINGS, event.thing) ?? '') : '';
  const alert = 'alert' in event ? (nth(ALERTS, event.alert) ?? '') : '';
  const replica = 'replica' in event ? nth(replicas, event.replica) : undefined;
  const tell = (what: string) => simulation.tell('*', what);
  switch (event.do) {
    case 'work': {
      const draw = numbersFrom(event.order);
      for (let i = 0; i <= event.turns && (await simulation.happen(draw())); i += 1);
      return;
    }
    case 'pass':
      return simulation.pass(schedule.now + event.seconds * 1_000, numbersFrom(event.order), event.most);
    case 'nap':
      if (replica === undefined || !replica.isAwake()) return;
      tell(`${replica.name} stands still`);
      replica.life.frozen = true;
      await simulation.pass(schedule.now + event.seconds * 1_000, numbersFrom(event.order), 120);
      replica.life.frozen = false;
      tell(`${replica.name} goes on`);
      break;
    case 'stall':
      tell(`nothing happens for ${event.seconds} s`);
      return simulation.pass(schedule.now + event.seconds * 1_000, null);
    case 'outage':
      tell(`every replica is killed, and comes back after ${event.minutes} min`);
      for (const one of replicas) one.crash();
      await simulation.pass(schedule.now + event.minutes * 60_000, null);
      for (const one of replicas) one.start();
      break;
    case 'trouble': {
      const cure = nth(CURES, event.cure) ?? 'nothing';
      // The number says which things, as bits.
      for (const [i, name] of THINGS.entries()) {
        if ((event.things & (1 << i)) === 0) continue;
        tell(`${name} gets into trouble: ${alert}; ${cure} helps`);
        world.begin({ alert, thing: name, cure });
      }
      break;
    }
    case 'over': {
      const trouble = nth(world.troubles(), event.n);
      if (trouble === undefined) break;
      tell(`${trouble.alert} of ${trouble.thing} is over by itself`);
      world.end(trouble.alert, trouble.thing);
      break;
    }
    case 'repeat':
      sources.repeat();
      break;
    case 'power':
      world.powerDown = !world.powerDown;
      tell(`power is ${world.powerDown ? 'down' : 'back'}`);
      sources.look(world, schedule.now);
      break;
    case 'count':
      world.countable = !world.countable;
      tell(`the things ${world.countable ? 'can' : 'cannot'} be counted`);
      break;
    case 'channel':
      world.channelUp = !world.channelUp;
      tell(`the channel is ${world.channelUp ? 'up' : 'down'}`);
      break;
    case 'lose': {
      const lost = sources.lose(event.n);
      if (lost !== undefined) tell(`delivery ${lost.id} is lost`);
      break;
    }
    case 'double': {
      const doubled = sources.double(event.n);
      if (doubled !== undefined) tell(`delivery ${doubled.id} is sent twice`);
      break;
    }
    case 'lose wake-up':
      if (queue.length > 0) tell(`the queue loses ${queue.splice(event.n % queue.length, 1)[0]?.ids.join('+')}`);
      break;
    case 'double wake-up': {
      const wakeUp = nth(queue, event.n);
      if (wakeUp !== undefined) queue.push(wakeUp);
      break;
    }
    case 'crash':
      if (replica?.life.dead === false) tell(`${replica.name} is killed`);
      replica?.crash();
      break;
    case 'start':
      if (replica?.life.dead === true) tell(`${replica.name} starts`);
      replica?.start();
      break;
    case 'freeze':
    case 'thaw':
      if (replica === undefined || replica.life.dead || replica.life.frozen === (event.do === 'freeze')) break;
      replica.life.frozen = event.do === 'freeze';
      tell(`${replica.name} ${replica.life.frozen ? 'stands still' : 'goes on'}`);
      break;
    case 'skew':
      if (replica === undefined) break;
      replica.life.skew = (event.seconds - 4) * 1_000;
      tell(`the clock of ${replica.name} jumps to ${event.seconds - 4} s off`);
      break;
    case 'reload':
      replica?.reload(event.rules % RULEBOOKS.length);
      tell(`${replica?.name} reads rules ${event.rules + 1}`);
      break;
    case 'mood': {
      // Mostly fine, or nothing would ever be healed.
      const mood = MOODS[event.mood] ?? 'fine';
      tell(`${thing} ${mood}`);
      world.moods.set(thing, mood);
      break;
    }
    case 'answer':
      answer(simulation, event.n, event.person, event.yes);
      break;
    case 'ack':
      acknowledge(simulation, event.n);
      break;
    case 'lapse':
      lapse(simulation, event.n);
      break;
    case 'close':
      close(simulation, event.n);
      break;
    case 'resume':
      resume(simulation, event.n);
      break;
    case 'pause': {
      const scope = nth(['global', 'rule', 'target'] as const, event.scope) ?? 'global';
      const rule = nth(['broken', 'slow', 'odd', 'loud', 'seen'], event.n) ?? '';
      const key = scope === 'global' ? '' : scope === 'rule' ? rule : `thing:${nth(THINGS, event.n)}`;
      pause(simulation, scope, key, event.minutes === 0 ? null : schedule.now + event.minutes * 60_000);
      break;
    }
  }
  await simulation.after();
}
