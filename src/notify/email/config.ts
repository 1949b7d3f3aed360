import { z } from 'zod';
import { secret, text } from '../../config/fields.ts';

const ADDRESS = /^[^\s<>@,;:"()[\]\\]{1,64}@[A-Za-z0-9.-]{1,190}$/;

/** `ana@example.com`. */
export const address = () => z.string().regex(ADDRESS, 'expected an address such as ana@example.com');

export function isAddress(given: string): boolean {
  return ADDRESS.test(given);
}

const recipients = () => z.array(address()).min(1).max(50);

export const emailSchema = z
  .strictObject({
    /** Address of the sender, as the mail server lets us send. */
    from: address(),
    to: z.strictObject({
      default: recipients(),
      critical: recipients().optional(),
      high: recipients().optional(),
      medium: recipients().optional(),
      low: recipients().optional(),
    }),
    smtp: z
      .strictObject({
        host: z.string().min(1),
        port: z.int().min(1).max(65_535).default(587),
        /** `starttls` and `implicit` (port 465) refuse to go on in the clear; `none` is for a relay on this machine. */
        tls: z.enum(['starttls', 'implicit', 'none']).default('starttls'),
        /** Certificate of an authority of one's own, in PEM. */
        ca: text().optional(),
        user: z.string().optional(),
        password: secret().optional(),
      })
      .optional(),
    resend: z
      .strictObject({
        api_key: secret(),
        url: z.url({ protocol: /^https?$/ }).default('https://api.resend.com'),
      })
      .optional(),
  })
  .superRefine(({ smtp, resend }, ctx) => {
    if ((smtp === undefined) === (resend === undefined)) {
      ctx.addIssue({ code: 'custom', message: 'needs either smtp or resend, and not both' });
    }
    if (smtp !== undefined && (smtp.user === undefined) !== (smtp.password === undefined)) {
      ctx.addIssue({ code: 'custom', path: ['smtp'], message: 'user and password belong together' });
    }
  });

export type EmailConfig = z.output<typeof emailSchema>;
