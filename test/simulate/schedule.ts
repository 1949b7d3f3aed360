import type { Clock, Millis, Time } from '../../src/domain/time.ts';

/** 2026-01-19T10:00:00Z, a Monday. */
export const START: Time = 1_768_816_800_000;

/** Something that one life of a replica waits to do. It happens when the simulation gives it its turn, or never. */
export interface Turn {
  readonly life: Life;
  readonly what: string;
  /** What it waits for, such as a lock that another one holds. */
  readonly ready: () => boolean;
  take(): void;
}

interface Sleeper {
  readonly life: Life;
  readonly due: Time;
  wake(): void;
}

/**
 * Virtual time, and everything that waits for it or for its turn. Nothing happens by itself: between two turns every
 * other replica may do something, die, or fall asleep.
 */
export class Schedule {
  now: Time = START;
  turns: Turn[] = [];
  #sleepers: Sleeper[] = [];

  wait(turn: Turn): void {
    this.turns.push(turn);
  }

  give(turn: Turn): void {
    this.turns.splice(this.turns.indexOf(turn), 1);
    turn.take();
  }

  sleep(sleeper: Sleeper, signal: AbortSignal | undefined): void {
    this.#sleepers.push(sleeper);
    signal?.addEventListener('abort', () => this.#remove(sleeper), { once: true });
  }

  /** When the next one who sleeps is due; a frozen process wakes nobody. */
  nextWake(): Time | null {
    const due = this.#sleepers.filter(({ life }) => life.isAwake()).map((sleeper) => sleeper.due);
    return due.length === 0 ? null : Math.min(...due);
  }

  /** Wakes one of those who are due by now. @returns whether there was one. */
  wakeOne(): boolean {
    const due = this.#sleepers.filter(({ life, due }) => life.isAwake() && due <= this.now);
    const first = due.toSorted((a, b) => a.due - b.due)[0];
    if (first === undefined) return false;
    this.#remove(first);
    first.wake();
    return true;
  }

  /** Whatever a process waited for when it died never comes. */
  forget(life: Life): void {
    this.turns = this.turns.filter((turn) => turn.life !== life);
    this.#sleepers = this.#sleepers.filter((sleeper) => sleeper.life !== life);
  }

  #remove(sleeper: Sleeper): void {
    const index = this.#sleepers.indexOf(sleeper);
    if (index !== -1) this.#sleepers.splice(index, 1);
  }
}

/** One life of one replica, from its start to its death. */
export class Life {
  readonly replica: string;
  /** How far its clock is ahead of the true time. Timers do not care. */
  skew: Millis = 0;
  frozen = false;
  dead = false;
  readonly #schedule: Schedule;
  readonly clock: Clock;

  constructor(schedule: Schedule, replica: string) {
    this.#schedule = schedule;
    this.replica = replica;
    this.clock = { now: () => schedule.now + this.skew, sleep: (ms, signal) => this.#sleep(ms, signal) };
  }

  now(): Time {
    return this.clock.now();
  }

  isAwake(): boolean {
    return !this.dead && !this.frozen;
  }

  /** Resolves when this life gets its turn. In a life that ends first it stays open for ever. */
  turn(what: string, ready: () => boolean = () => true): Promise<void> {
    return new Promise((resolve) => {
      if (!this.dead) this.#schedule.wait({ life: this, what, ready, take: resolve });
    });
  }

  die(): void {
    this.dead = true;
    this.#schedule.forget(this);
  }

  #sleep(ms: Millis, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      if (this.dead) return;
      if (signal?.aborted) return reject(signal.reason);
      signal?.addEventListener('abort', () => reject(signal.reason), { once: true });
      this.#schedule.sleep({ life: this, due: this.#schedule.now + Math.max(0, ms), wake: resolve }, signal);
    });
  }
}

/** Lets everything run that only waited for what has just happened. */
export function settle(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

/** A small generator of numbers from a seed (mulberry32): the same seed, the same numbers. */
export function numbersFrom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return (t ^ (t >>> 14)) >>> 0;
  };
}
