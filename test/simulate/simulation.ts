import type { Time } from '../../src/domain/time.ts';
import { Database } from './database.ts';
import type { Shared, WakeUp } from './parts.ts';
import { watchPromises } from './promises/watch.ts';
import { Replica } from './replica.ts';
import { Schedule, settle } from './schedule.ts';
import type { Seams } from './seams.ts';
import { type Message, Sources } from './sources.ts';
import { type Call, World } from './world.ts';

const REPLICAS = ['r1', 'r2', 'r3'] as const;

/** One thing that could happen next. */
interface Choice {
  readonly who: string;
  readonly what: string;
  happen(): void;
}

/** One line of a story. */
export interface Line {
  readonly at: Time;
  /** A replica, a thing, a person, or `*` for the world. */
  readonly who: string;
  readonly what: string;
}

/** The simulated service in its simulated world. It stands still until somebody lets something happen. */
export class Simulation {
  readonly schedule = new Schedule();
  readonly db: Database;
  readonly world: World;
  readonly sources = new Sources();
  readonly queue: WakeUp[] = [];
  readonly seams: Seams;
  readonly replicas: readonly Replica[];
  /** What has happened, a line each. */
  readonly lines: Line[] = [];
  events = 0;
  readonly #promises: ReturnType<typeof watchPromises>;
  #failure: Error | null = null;

  constructor(seams: Seams) {
    this.seams = seams;
    this.db = new Database(seams);
    this.world = new World(() => this.sources.look(this.world, this.schedule.now));
    this.#promises = watchPromises(this.db, this.world);
    const { db, world, sources, queue, schedule } = this;
    const shared: Shared = {
      db,
      world,
      sources,
      queue,
      seams,
      witness: this.#promises,
      tell: (who, what) => this.tell(who, what),
      failed: (error) => {
        this.#failure ??= error;
      },
    };
    this.replicas = REPLICAS.map((name) => new Replica(schedule, shared, name));
  }

  tell(who: string, what: string): void {
    this.lines.push({ at: this.schedule.now, who, what });
  }

  /** Lets one of the things happen that can, whichever the number means. @returns whether there was any. */
  async happen(number: number): Promise<boolean> {
    const choices = this.#choices();
    const choice = choices[number % Math.max(1, choices.length)];
    if (choice === undefined) return false;
    this.tell(choice.who, choice.what);
    choice.happen();
    await this.after();
    return true;
  }

  /** Lets time pass until then. With `numbers` work goes on meanwhile, up to `most` things; without it everybody only waits. */
  async pass(until: Time, numbers: (() => number) | null, most = 400): Promise<void> {
    let left = most;
    for (;;) {
      while (numbers !== null && left > 0 && (await this.happen(numbers()))) left -= 1;
      const next = this.#nextMoment(numbers !== null && left > 0);
      if (next === null || next > until) break;
      this.schedule.now = Math.max(this.schedule.now, next);
      await this.#wakeAll();
    }
    this.schedule.now = Math.max(this.schedule.now, until);
    await this.#wakeAll();
  }

  /** When something can happen next that cannot happen now; null where nothing ever will. */
  nextMoment(): Time | null {
    return this.#nextMoment(true);
  }

  /** Lets everything settle after an event, and judges it. @throws Broken */
  async after(): Promise<void> {
    this.events += 1;
    await settle();
    if (this.#failure !== null) throw this.#failure;
    this.#promises.afterEvent();
  }

  async #wakeAll(): Promise<void> {
    while (this.schedule.wakeOne()) await this.after();
  }

  #nextMoment(withRows: boolean): Time | null {
    const wake = this.schedule.nextWake();
    const moments = wake === null ? [] : [wake];
    const skews = this.replicas.filter((replica) => replica.isAwake()).map(({ life }) => life.skew);
    if (withRows && skews.length > 0)
      for (const { dueAt, queuedUntil } of this.db.outbox.values())
        moments.push(Math.max(dueAt, queuedUntil ?? 0) - Math.max(...skews));
    if (withRows) for (const replica of this.replicas) if (replica.isAwake()) moments.push(...replica.stormEnds());
    const coming = moments.filter((at) => at > this.schedule.now || at === wake);
    return coming.length === 0 ? null : Math.min(...coming);
  }

  #choices(): Choice[] {
    const awake = this.replicas.filter((replica) => replica.isAwake());
    const anyOf = (n: number) => awake[n % awake.length] as Replica;
    const choices: Choice[] = [];
    for (const turn of this.schedule.turns) {
      if (!turn.life.isAwake() || !turn.ready()) continue;
      choices.push({ who: turn.life.replica, what: turn.what, happen: () => this.schedule.give(turn) });
    }
    for (const call of this.world.calls) if (this.world.canLand(call)) choices.push(this.#landing(call));
    if (awake.length === 0) return choices;
    for (const message of this.sources.network) choices.push(this.#delivery(message, anyOf(message.id)));
    for (const [i, wakeUp] of this.queue.entries()) {
      const replica = anyOf((wakeUp.ids[0] ?? 0) + i);
      const what = `gets woken for ${wakeUp.lane} ${wakeUp.ids.join('+')}`;
      choices.push({
        who: replica.name,
        what,
        happen: () => {
          this.queue.splice(i, 1);
          replica.work(wakeUp.lane, wakeUp.ids);
        },
      });
    }
    for (const replica of awake) {
      if (this.db.claimable(replica.life.now()).length === 0) continue;
      choices.push({ who: replica.name, what: 'finds work in the outbox', happen: () => replica.relay() });
    }
    // One at a time has the lease; who stands still or dies in the middle leaves another one beside it.
    const [leader] = awake;
    if (leader?.mayGather()) choices.push(this.#gathering(leader));
    return choices;
  }

  #gathering(replica: Replica): Choice {
    return { who: replica.name, what: 'looks for storms', happen: () => replica.gather() };
  }

  #landing(call: Call): Choice {
    const what = `${call.kind} ${call.step} of ${call.runId} arrives`;
    return { who: call.thing, what, happen: () => this.world.land(call) };
  }

  #delivery(message: Message, replica: Replica): Choice {
    const { status, name, labels } = message.alert;
    return {
      who: replica.name,
      what: `gets delivery ${message.id}: ${name} ${labels.thing} ${status}`,
      happen: () => {
        this.sources.network = this.sources.network.filter((other) => other !== message);
        replica.receive(message);
      },
    };
  }
}
