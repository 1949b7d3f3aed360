import { toIso } from '../../domain/time.ts';
import { type Guard, no, yes } from './guard.ts';

/** How soon it is asked again where no opening is in sight. */
const RECHECK = 8 * 86_400_000;

/** A rule acts only at the times that its `window` names. */
export const window: Guard = {
  name: 'window',
  ask({ limits, now }, { windows }) {
    const { window: name } = limits;
    if (name === undefined) return yes({});
    const found = windows(name);
    if (found === undefined) throw new Error(`The config has no time interval '${name}'`);
    const { open, opensAt } = found;
    if (open) return yes({ window: name });
    return no('outside-window', opensAt ?? now + RECHECK, {
      window: name,
      opensAt: opensAt === null ? null : toIso(opensAt),
    });
  },
};
