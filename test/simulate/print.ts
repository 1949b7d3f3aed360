import type { Time } from '../../src/domain/time.ts';
import { START } from './schedule.ts';
import type { Line } from './simulation.ts';

/** A story for people: the time since its beginning, who, and what happened. */
export function printStory(lines: readonly Line[]): string {
  return lines.map(({ at, who, what }) => `${sinceStart(at)}  ${who.padEnd(8)}  ${what}`).join('\n');
}

function sinceStart(now: Time): string {
  const ms = now - START;
  const part = (value: number, width = 2) => String(Math.floor(value)).padStart(width, '0');
  return `${part(ms / 3_600_000)}:${part((ms / 60_000) % 60)}:${part((ms / 1_000) % 60)}.${part(ms % 1_000, 3)}`;
}
