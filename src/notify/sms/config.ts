import { z } from 'zod';
import { secret } from '../../config/fields.ts';

const NUMBER = /^\+[1-9]\d{6,14}$/;

const numbers = () =>
  z
    .array(z.string().regex(NUMBER, 'expected a number with its country, such as +40721234567'))
    .min(1)
    .max(10)
    .optional();

export function isNumber(given: string): boolean {
  return NUMBER.test(given);
}

export const smsSchema = z
  .strictObject({
    /** Of the Twilio account; no secret. */
    account_sid: z.string().regex(/^AC[0-9a-f]{32}$/, 'expected the account SID: AC and 32 letters and digits'),
    auth_token: secret().optional(),
    /** In the place of the token: a key that can be taken back alone. */
    api_key: z.strictObject({ sid: z.string().regex(/^SK[0-9a-f]{32}$/), secret: secret() }).optional(),
    /** The sender: a number, or a name of up to 11 letters and digits where the country allows that. */
    from: z
      .string()
      .regex(/^(\+[1-9]\d{6,14}|[A-Za-z0-9 ]{1,11})$/, 'expected a number such as +40721234567, or a short name')
      .optional(),
    /** In the place of the sender. */
    messaging_service_sid: z
      .string()
      .regex(/^MG[0-9a-f]{32}$/, 'expected a messaging service SID: MG and 32 letters and digits')
      .optional(),
    /** Whom to wake, by severity. A severity without a list is not sent unless `notify.channels` says so. */
    to: z
      .strictObject({ critical: numbers(), high: numbers(), medium: numbers(), low: numbers() })
      .refine((to) => Object.values(to).some((list) => list !== undefined), { error: 'names no number' }),
    url: z.url({ protocol: /^https?$/ }).default('https://api.twilio.com'),
  })
  .superRefine(({ auth_token, api_key, from, messaging_service_sid }, ctx) => {
    if ((auth_token === undefined) === (api_key === undefined)) {
      ctx.addIssue({ code: 'custom', message: 'needs either auth_token or api_key, and not both' });
    }
    if ((from === undefined) === (messaging_service_sid === undefined)) {
      ctx.addIssue({ code: 'custom', message: 'needs either from or messaging_service_sid, and not both' });
    }
  });

export type SmsConfig = z.output<typeof smsSchema>;
