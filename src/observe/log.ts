import { type Logger, pino } from 'pino';

export type Log = Logger;

/** JSON lines on standard output. `incident`, `run` and `rule` stand on every line that has them. */
export function openLog(level: string): Log {
  return pino({
    level,
    base: null,
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label) => ({ level: label }) },
    // A net below the redaction at the tools: whatever carries such a name is never written.
    redact: {
      paths: ['*.authorization', '*.password', '*.token', '*.secret', '*.connectionString'],
      censor: '[secret]',
    },
  });
}
