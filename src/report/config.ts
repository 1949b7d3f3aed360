import { z } from 'zod';
import { duration } from '../config/fields.ts';
import type { Severity } from '../domain/severity.ts';

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
