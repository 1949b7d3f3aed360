import type { Time } from '../../src/domain/time.ts';
import { LANE_OF, type Lane, toJobs } from '../../src/queue/lanes.ts';
import type { Handed } from '../../src/store/outbox.ts';
import { allClear } from './all-clear.ts';
import { executeRow } from './execute.ts';
import { gather, stormEnds, toGather } from './gather.ts';
import type { Parts, Shared } from './parts.ts';
import { RULEBOOKS } from './rules.ts';
import { Life, type Schedule } from './schedule.ts';
import type { Message } from './sources.ts';
import { climbOnward, decide, ingest, sendMessage, tellPeople, timeIsUp, verify } from './stages.ts';
import type { StoredRow } from './tables.ts';
import { GaveUp } from './transaction.ts';

/** How long work waits after it failed. */
const AGAIN = 1_000;

/** One replica of the service: its lives one after another, its workers, its relay. */
export class Replica {
  readonly name: string;
  life: Life;
  #rulebook = 0;
  #underway = new Set<number>();
  #undecided: Handed[] = [];
  #deciding = false;
  #gathering: Life | null = null;
  readonly #schedule: Schedule;
  readonly #shared: Shared;

  constructor(schedule: Schedule, shared: Shared, name: string) {
    this.name = name;
    this.#schedule = schedule;
    this.#shared = shared;
    this.life = new Life(schedule, name);
  }

  isAwake(): boolean {
    return this.life.isAwake();
  }

  crash(): void {
    this.life.die();
  }

  start(): void {
    if (!this.life.dead) return;
    const { skew } = this.life;
    this.life = new Life(this.#schedule, this.name);
    this.life.skew = skew;
    this.#underway = new Set();
    this.#undecided = [];
    this.#deciding = false;
  }

  reload(rulebook: number): void {
    this.#rulebook = rulebook % RULEBOOKS.length;
  }

  receive(message: Message): void {
    void this.#guarded(ingest(this.#parts(), message));
  }

  /** Claims what is due and nobody has handed over, and puts it into the queue. */
  relay(): void {
    const parts = this.#parts();
    const rows = parts.db.claimDue(parts.life.now());
    void parts.life
      .turn(`puts ${rows.map(({ id }) => id).join('+')} into the queue`)
      .then(() => this.#push(parts, rows));
  }

  /** Looks for storms, and for those whose cover is gone. */
  gather(): void {
    const { life } = this;
    this.#gathering = life;
    void this.#guarded(gather(this.#parts())).then(() => {
      if (this.#gathering === life) this.#gathering = null;
    });
  }

  /** Whether there is anything to gather, and nobody in this process does it already. */
  mayGather(): boolean {
    const { db, seams } = this.#shared;
    return this.#gathering !== this.life && toGather(db, seams, this.#parts().rulebook(), this.life.now()) !== null;
  }

  /** When a storm that is told may be over, by the true time. */
  stormEnds(): readonly Time[] {
    const { db } = this.#shared;
    return stormEnds(db, this.#parts().rulebook(), this.life.now()).map((at) => at - this.life.skew);
  }

  /** Does the work of some rows; each one only once at a time. */
  work(lane: Lane, ids: readonly number[]): void {
    void this.#work(lane, ids);
  }

  async #work(lane: Lane, ids: readonly number[]): Promise<void> {
    const parts = this.#parts();
    const underway = this.#underway;
    const free = ids.filter((id) => !underway.has(id));
    for (const id of free) underway.add(id);
    if (lane === 'decide') await this.#guarded(decide(parts, free), free);
    else for (const id of free) await this.#guarded(one(parts, id), [id]);
    for (const id of free) underway.delete(id);
  }

  async #guarded(work: Promise<void>, ids: readonly number[] = []): Promise<void> {
    try {
      await work;
    } catch (error) {
      if (!(error instanceof GaveUp)) return this.#shared.failed(error as Error);
      const dueAt = this.life.now() + AGAIN;
      for (const id of ids) this.#shared.db.updateRow(id, { dueAt, queuedUntil: null });
    }
  }

  #parts(): Parts {
    const { life } = this;
    const parts: Parts = {
      ...this.#shared,
      life,
      rulebook: () => RULEBOOKS[this.#rulebook] ?? (RULEBOOKS[0] as (typeof RULEBOOKS)[number]),
      handOver: (rows) => this.#handOver(parts, rows),
    };
    return parts;
  }

  #handOver(parts: Parts, rows: readonly Handed[]): void {
    if (parts.life.dead) return;
    this.#undecided.push(...rows.filter(({ kind }) => kind === 'decide'));
    if (this.#undecided.length > 0 && !this.#deciding) void this.#decideAll();
    this.#push(
      parts,
      rows.filter(({ kind }) => kind !== 'decide'),
    );
  }

  /** One batch after another; while one is decided the next gathers. */
  async #decideAll(): Promise<void> {
    this.#deciding = true;
    while (this.#undecided.length > 0) {
      const ids = this.#undecided.splice(0).map(({ id }) => id);
      await this.#work('decide', ids);
    }
    this.#deciding = false;
  }

  #push({ queue }: Parts, rows: readonly Handed[]): void {
    for (const { lane, rows: together } of toJobs(rows)) queue.push({ lane, ids: together.map(({ id }) => id) });
  }
}

async function one(parts: Parts, id: number): Promise<void> {
  const { life, db } = parts;
  await life.turn(`looks at row ${id}`);
  const row = db.outbox.get(id);
  // It is done already, or was put off since: this wake-up is late.
  if (row === undefined || row.dueAt > life.now()) return;
  await HANDLERS[LANE_OF[row.kind]](parts, row);
}

/** What the simulation leaves out, such as reminders: it is done as soon as it is due. */
async function leave({ db }: Parts, { id }: StoredRow): Promise<void> {
  db.strike(id);
}

const HANDLERS: Readonly<Record<Lane, (parts: Parts, row: StoredRow) => Promise<void>>> = {
  decide: (parts, row) => decide(parts, [row.id]),
  execute: executeRow,
  verify: (parts, row) => (row.kind === 'all-clear' ? allClear(parts, row) : verify(parts, row)),
  threads: leave,
  answers: () => Promise.reject(new Error('Nobody answers by message in a simulation')),
  people: (parts, row) => {
    if (row.kind === 'tell') return tellPeople(parts, row);
    if (row.kind === 'climb') return climbOnward(parts, row);
    if (row.kind === 'deadline' || row.kind === 'expire') return timeIsUp(parts, row);
    return row.kind === 'send' ? sendMessage(parts, row) : leave(parts, row);
  },
};
