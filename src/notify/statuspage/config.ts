import { z } from 'zod';
import { secret } from '../../config/fields.ts';

const words = (most: number) => z.string().trim().min(1).max(most);
const id = () => z.string().regex(/^[a-z0-9]{4,40}$/, 'expected an id as the API calls it, such as kctbh9vrtdwd');

export const statuspageSchema = z.strictObject({
  api_key: secret(),
  page_id: id(),
  url: z.url({ protocol: /^https?$/ }).default('https://api.statuspage.io/v1'),
  /** Whether those who subscribed to the page are told. */
  notify_subscribers: z.boolean().default(true),
  /** What the public is shown, for which incidents. The first that fits counts; what fits none is not shown. */
  show: z
    .array(
      z
        .strictObject({
          /** Names of rules. */
          rules: z.array(z.string()).min(1).optional(),
          /** Kinds of targets, such as `phone`. */
          kinds: z.array(z.string()).min(1).optional(),
          /** Ids of the components that suffer. */
          components: z.array(id()).min(1).max(20),
          /** Title of the incident, for strangers. */
          title: words(255),
          investigating: words(5_000).default('We are looking into it.'),
          identified: words(5_000).default('We are working on it.'),
          resolved: words(5_000).default('This is over. We are sorry for the trouble.'),
        })
        .refine(({ rules, kinds }) => rules !== undefined || kinds !== undefined, {
          error: 'needs rules or kinds, or nobody knows when to show it',
        }),
    )
    .min(1),
});

export type StatuspageConfig = z.output<typeof statuspageSchema>;
export type Shown = StatuspageConfig['show'][number];
