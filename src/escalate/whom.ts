import type { Level } from '../domain/climb.ts';
import { onDuty, type Rotation } from '../domain/rotation.ts';
import type { Time } from '../domain/time.ts';

/** Who a level is just now. */
export interface Whom {
  /** For people to read; null where the policy does not say it. */
  readonly text: string | null;
  /** Slack user ids to mention. */
  readonly mention: readonly string[];
}

/** A level that names a rotation is whoever is on call; any other words stand for themselves. */
export function whomOf({ who }: Pick<Level, 'who'>, rotations: readonly Rotation[], now: Time): Whom {
  const rotation = rotations.find(({ name }) => name === who);
  if (rotation === undefined) return { text: who, mention: [] };
  const { primary, secondary } = onDuty(rotation, now);
  const standsBy = secondary === null ? '' : `, ${secondary.name} stands by`;
  return { text: `${primary.name} is on call${standsBy}`, mention: primary.slack === null ? [] : [primary.slack] };
}
