import { z } from 'zod';
import { duration } from '../config/fields.ts';
import { SEVERITIES, type Severity } from '../domain/severity.ts';
import type { Millis } from '../domain/time.ts';

/** A length of time, or `off`. */
const orOff = (standard: string) =>
  z.union([z.literal('off').transform(() => null), duration()]).prefault(standard === 'off' ? 'off' : standard);

const bySeverity = (standard: Readonly<Record<Severity, string>>) =>
  z
    .strictObject({
      critical: orOff(standard.critical),
      high: orOff(standard.high),
      medium: orOff(standard.medium),
      low: orOff(standard.low),
    })
    .prefault({});

/** `incidents` in the config: what people owe an incident, by severity. The runbooks' own times are the defaults. */
export const incidentsSchema = z
  .strictObject({
    /** How often the thread of an open incident that somebody was told of asks for an update. */
    updates: bySeverity({ critical: '15m', high: '30m', medium: '2h', low: 'off' }),
    /** How long after its end the post-mortem of such an incident is due. */
    post_mortem: bySeverity({ critical: '24h', high: '48h', medium: 'off', low: 'off' }),
  })
  .prefault({});

export type IncidentsConfig = z.output<typeof incidentsSchema>;

/** A length of time for each severity; null where nothing is asked. */
export type Cadence = Readonly<Record<Severity, Millis | null>>;

/** The same for every severity, for tests and for services without any. */
export const NEVER: Cadence = Object.fromEntries(SEVERITIES.map((severity) => [severity, null])) as Cadence;
