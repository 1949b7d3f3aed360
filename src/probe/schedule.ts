import type { Alert } from '../domain/alert.ts';
import type { Clock, Millis, Time } from '../domain/time.ts';
import type { Probe } from './config.ts';
import type { Look } from './look.ts';
import { Standing } from './standing.ts';

/** How often an alert that stands is told again. */
const REPEAT: Millis = 60_000;

export interface ProbeSchedule {
  readonly probes: readonly Probe[];
  readonly clock: Clock;
  /** A number from 0 to 1, for jitter. */
  readonly random: () => number;
  /** Looks once; must not throw and must end when the signal aborts. */
  readonly look: (probe: Probe, signal: AbortSignal) => Promise<Look>;
  /** Takes alerts into the same path as every webhook's; resolves when they are stored. */
  readonly emit: (alerts: readonly Alert[]) => Promise<void>;
  /** Whether this replica is the one that looks. */
  readonly isLeader: () => boolean;
  /** The alerts of source `probe` that the store holds as firing; asked whenever this replica becomes the leader. */
  readonly knownFiring: () => Promise<readonly Alert[]>;
  /** For metrics and logs. */
  readonly seen: (probe: Probe, look: Look) => void;
  /** The store or the path could not be reached. It is tried again by itself. */
  readonly failed: (error: unknown) => void;
}

/**
 * Looks at everything, each probe at its own pace and never twice at once, until the signal aborts; resolves then, with
 * every look ended.
 */
export async function runProbes(schedule: ProbeSchedule, signal: AbortSignal): Promise<void> {
  const { probes, clock } = schedule;
  if (probes.length === 0) return;
  const watch = createWatch(schedule);
  const rounds = probes.map(async (probe) => {
    let next = clock.now() + firstPause(probe, schedule.random);
    while (await until(clock, next, signal)) {
      const begun = clock.now();
      await watch.lookAt(probe, signal);
      next = begun + pause(probe, schedule.random);
    }
  });
  const repeating = async () => {
    while (await until(clock, clock.now() + REPEAT, signal)) await watch.repeat();
  };
  await Promise.all([...rounds, repeating()]);
}

/** The looks of one replica, over the times when it is the leader and those when it is not. */
function createWatch({ probes, clock, look, emit, isLeader, knownFiring, seen, failed }: ProbeSchedule) {
  let reign: Promise<Standing> | null = null;

  async function standing(): Promise<Standing | null> {
    if (!isLeader()) {
      reign = null;
      return null;
    }
    reign ??= knownFiring().then((known) => new Standing(probes, known, clock.now()));
    const mine = reign;
    try {
      const held = await mine;
      return reign === mine ? held : null;
    } catch (error) {
      // Looking without knowing what stands would leave alerts standing for ever. The next look asks again.
      if (reign === mine) reign = null;
      failed(error);
      return null;
    }
  }

  async function tell(held: Standing): Promise<void> {
    try {
      await held.tell(emit);
    } catch (error) {
      failed(error);
    }
  }

  return {
    async lookAt(probe: Probe, signal: AbortSignal): Promise<void> {
      const held = await standing();
      if (held === null) return;
      const found = await look(probe, signal);
      // Who is no longer the leader, or is shutting down, says nothing more.
      if (signal.aborted || (await standing()) !== held) return;
      held.saw(probe, found, clock.now());
      await tell(held);
      seen(probe, found);
    },
    async repeat(): Promise<void> {
      const held = await standing();
      if (held === null) return;
      held.repeat();
      await tell(held);
    },
  };
}

/** Spreads the first looks after a start over one interval, but not over more than ten seconds. */
function firstPause({ every }: Probe, random: () => number): Millis {
  return Math.round(Math.min(every, 10_000) * random());
}

function pause({ every, jitter }: Probe, random: () => number): Millis {
  return every + Math.round(jitter * (2 * random() - 1));
}

/** True when the time has come; false when the signal came first. */
async function until(clock: Clock, time: Time, signal: AbortSignal): Promise<boolean> {
  try {
    await clock.sleep(Math.max(0, time - clock.now()), signal);
    return !signal.aborted;
  } catch {
    return false;
  }
}
