import { type Millis, toIso } from '../../domain/time.ts';
import { ongoing } from '../../rules/maintenance.ts';
import { type Guard, no, yes } from './guard.ts';

/** How soon it is asked again where no end is in sight. */
const RECHECK: Millis = 3_600_000;

/** What is being worked on by plan looks broken and is not; whoever plans it says so in the config. */
export const maintenance: Guard = {
  name: 'maintenance',
  ask({ rule, target, about, alerts, now }, { maintenance: all, windows }) {
    const found = ongoing(all, windows, { rule, targets: [target, about], alerts });
    if (found === undefined) return yes({});
    const { name, why, pages } = found.maintenance;
    const ends = found.endsAt;
    return no('maintenance', ends ?? now + RECHECK, { name, why, pages, endsAt: ends === null ? null : toIso(ends) });
  },
};
