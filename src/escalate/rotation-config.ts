import { z } from 'zod';
import { fromLocal } from '../domain/local-time.ts';
import type { Override, Rotation } from '../domain/rotation.ts';
import { fromIso, type Time } from '../domain/time.ts';

const WEEKDAYS = ['sunday', 'monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday'] as const;

const member = z.strictObject({
  name: z.string().min(1).max(60),
  /** Slack user id. Without one, nobody mentions them in Slack, and they cannot answer there. */
  slack: z
    .string()
    .regex(/^[UW][A-Z0-9]{2,30}$/, { error: 'expected a Slack user id such as U0123456789' })
    .optional(),
});

const time = () =>
  z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/, { error: "expected hours and minutes such as '09:00'" });

const day = () => z.iso.date({ error: "expected a day such as '2026-01-05'" });

/** A moment of the rotation's wall clock. */
const moment = () =>
  z.string().regex(/^\d{4}-\d\d-\d\d[T ]([01]\d|2[0-3]):[0-5]\d$/, {
    error: "expected a local time such as '2026-12-24T09:00'",
  });

const zone = () =>
  z.string().refine(isZone, { error: 'there is no such time zone; write for example Europe/Bucharest' });

const rotation = z
  .strictObject({
    name: z.string().regex(/^[a-z0-9][a-z0-9-]{0,62}$/, { error: 'expected small letters, digits and -' }),
    /** IANA name of the time zone. */
    zone: zone(),
    /** When the next one takes over. */
    hand_over: z.strictObject({ day: z.enum(WEEKDAYS).default('monday'), at: time().default('09:00') }).prefault({}),
    /** A day of the first member's first week. */
    since: day(),
    /** One after the other, a week each; the next one stands by. */
    members: z.array(member).min(1).max(100),
    /** Somebody stands in for a while. */
    overrides: z.array(z.strictObject({ from: moment(), to: moment(), primary: z.string() })).default([]),
  })
  .superRefine(({ members, overrides }, ctx) => {
    for (const [i, { from, to, primary }] of overrides.entries()) {
      const path = ['overrides', i];
      if (!members.some(({ name }) => name === primary))
        ctx.addIssue({ code: 'custom', path: [...path, 'primary'], message: `there is no member '${primary}'` });
      if (from.replace(' ', 'T') >= to.replace(' ', 'T'))
        ctx.addIssue({ code: 'custom', path: [...path, 'to'], message: 'ends before it begins' });
    }
  });

/** `escalation.rotations` in the config: who is on call. */
export const rotationsSchema = z.array(rotation).default([]);

export type RotationConfig = z.output<typeof rotationsSchema>[number];

/** The rotation in the engine's words; overrides as moments of time. */
export function rotationOf(written: RotationConfig): Rotation {
  const [hours = 0, minutes = 0] = written.hand_over.at.split(':').map(Number);
  const [first, ...rest] = written.members.map(({ name, slack = null }) => ({ name, slack }));
  if (first === undefined) throw new Error(`the rotation '${written.name}' has no members`);
  return {
    name: written.name,
    zone: written.zone,
    weekday: WEEKDAYS.indexOf(written.hand_over.day),
    minute: hours * 60 + minutes,
    since: utc(`${written.since}T00:00`),
    members: [first, ...rest],
    overrides: written.overrides.map(
      ({ from, to, primary }): Override => ({
        from: local(from, written.zone),
        to: local(to, written.zone),
        primary: [first, ...rest].find(({ name }) => name === primary) ?? first,
      }),
    ),
  };
}

function local(text: string, zoneName: string): Time {
  const wall = utc(text.replace(' ', 'T'));
  return fromLocal(wall, zoneName)[0] ?? wall;
}

function utc(text: string): Time {
  return fromIso(`${text}:00Z`) ?? 0;
}

function isZone(name: string): boolean {
  try {
    new Intl.DateTimeFormat('en-US', { timeZone: name });
    return true;
  } catch {
    return false;
  }
}
