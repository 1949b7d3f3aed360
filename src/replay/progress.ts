import { formatDuration } from '../domain/duration.ts';
import type { Millis } from '../domain/time.ts';

export interface Progress {
  at(done: number): void;
  end(): void;
}

export interface ProgressParts {
  readonly total: number;
  /** A terminal gets one line that changes; everything else a line now and then. */
  readonly isTerminal: boolean;
  /** Milliseconds from any beginning. */
  elapsed(): Millis;
  write(text: string): void;
}

const WIDTH = 30;
const ON_A_TERMINAL: Millis = 200;
const ELSEWHERE: Millis = 10_000;

/** How far a long piece of work is: a bar, how fast it goes, and how long it still takes. */
export function showProgress({ total, isTerminal, elapsed, write }: ProgressParts): Progress {
  const began = elapsed();
  const every = isTerminal ? ON_A_TERMINAL : ELSEWHERE;
  let told = began;
  let shown = false;
  return {
    at(done) {
      const time = elapsed();
      if (time - told < every) return;
      told = time;
      shown = true;
      const share = total === 0 ? 1 : Math.min(1, done / total);
      const rate = done / Math.max(1, time - began);
      // Alerts that came in meanwhile are replayed, too, and nobody has counted them.
      const left = rate === 0 || done >= total ? '' : `, ${formatDuration((total - done) / rate)} left`;
      const bar = `${'█'.repeat(Math.round(share * WIDTH))}${'░'.repeat(WIDTH - Math.round(share * WIDTH))}`;
      const text = `${bar} ${Math.floor(share * 100)} %, ${done.toLocaleString('en-US')} alerts, ${Math.round(rate * 1_000)}/s${left}`;
      write(isTerminal ? `\r\u001b[K${text}` : `${text}\n`);
    },
    end() {
      if (isTerminal && shown) write('\r\u001b[K');
    },
  };
}
