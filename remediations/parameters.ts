import { z } from '../src/remediation/index.ts';

/** Parameters come from labels that strangers write: each is the narrowest form that real ones have. */

export const PhoneId = z
  .string()
  .regex(/^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$/, 'expected the id of a phone, such as phone_07');

/** Also with colons, such as `bronze:ingest:csv`. */
export const QueueName = z
  .string()
  .max(200)
  .regex(/^[A-Za-z0-9][\w.-]*(?::[\w.-]+)*$/, 'expected the name of one queue, such as q:wa:phone_07');

/** Not `all` and not a number, which PM2 reads as something else. */
export const ServiceName = z
  .string()
  .max(63)
  .regex(/^[A-Za-z_][\w.-]*$/, 'expected the name of one service, such as workers-outreach')
  .refine((name) => name.toLowerCase() !== 'all', { error: 'expected one service, not all' });

/**
 * A source of enrichment, such as `anaf`; also by one of its queues, because that is the label that queue alerts have:
 * `silver:enrich:anaf-fiscal-status` is `anaf`.
 */
export const Source = z
  .string()
  .regex(
    /^(?:silver:enrich:)?[a-z][a-z0-9]{0,31}(?:-[a-z0-9-]{1,64})?$/,
    'expected a source of enrichment, such as anaf',
  )
  .transform((text) => text.replace(/^silver:enrich:/, '').replace(/-.*$/, ''));
