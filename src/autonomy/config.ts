import { z } from 'zod';
import { duration } from '../config/fields.ts';

export const autonomySchema = z
  .strictObject({
    /** How often the figures are looked at for proposals and debts. */
    every: duration().prefault('1h'),
    /** How far back runs and observed incidents count. */
    window: duration().prefault('90d'),
    /** Judged runs of a rule that are enough to say something. */
    runs: z.int().min(1).default(20),
    /** Observed incidents of a rule that are enough to say something. */
    observed: z.int().min(1).default(20),
    /** A rule that heals the same target so often within this time hides a bug. */
    debt: z
      .strictObject({
        heals: z.int().min(2).default(5),
        within: duration().prefault('7d'),
      })
      .prefault({}),
    /** An alert that the flapping guardrail has held for so long: the team is told, for nobody else would hear of it. */
    flapping_after: duration().prefault('1h'),
  })
  .prefault({});

export type AutonomyConfig = z.output<typeof autonomySchema>;
