import { z } from 'zod';
import { parseDuration } from '../domain/duration.ts';
import { parseSeverity, SEVERITIES } from '../domain/severity.ts';
import { Secret } from './secret.ts';

/** A duration such as `30s` or `1h30m`, read to milliseconds. */
export const duration = () =>
  z.string().transform((text, ctx) => {
    try {
      return parseDuration(text);
    } catch (error) {
      ctx.addIssue({ code: 'custom', message: (error as Error).message });
      return z.NEVER;
    }
  });

/** A secret: `{ env: NAME }` or `{ file: PATH }`, which the loader has turned into a `Secret` before this is asked. */
export const secret = () =>
  z.custom<Secret>((value) => value instanceof Secret, {
    error: 'a secret is never written here; write { env: NAME } or { file: PATH }',
  });

/** A plain text that may also come from the environment: `text`, `{ env: NAME }` or `{ file: PATH }`. */
export const text = () =>
  z.union(
    [z.string(), z.custom<Secret>((value) => value instanceof Secret && !value.missing).transform((s) => s.reveal())],
    {
      error: 'expected text, or { env: NAME } of a variable that is set',
    },
  );

/** Any of the usual names of a severity (P1, SEV2, warning, …), read to one of remedyd's four. */
export const severity = () =>
  z.string().transform((name, ctx) => {
    const found = parseSeverity(name);
    if (found === null) {
      ctx.addIssue({ code: 'custom', message: `'${name}' is no severity; use one of ${SEVERITIES.join(', ')}` });
      return z.NEVER;
    }
    return found;
  });

/** The name of a group of `people`, as rules and `notify.slack.allow` say it. */
export const group = () =>
  z
    .string()
    .regex(/^[a-z0-9][a-z0-9_-]{0,62}$/, "expected small letters, digits, '-' and '_'; write for example oncall");
