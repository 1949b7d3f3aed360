import { z } from 'zod';
import { parseMatchers } from './matcher.ts';
import { MatcherError } from './matcher-error.ts';

/** One or more Alertmanager matchers in one text, as a field of a file; what is wrong with them is said with the column. */
export const matchers = () =>
  z.string().transform((text, ctx) => {
    try {
      return parseMatchers(text);
    } catch (error) {
      if (!(error instanceof MatcherError)) throw error;
      const { message, column, fix } = error;
      ctx.addIssue({
        code: 'custom',
        message: `${message} (character ${column})`,
        params: { fix, offset: column - 1 },
      });
      return z.NEVER;
    }
  });
