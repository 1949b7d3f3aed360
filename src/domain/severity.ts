/** remedyd's own four severities, worst first. */
export const SEVERITIES = ['critical', 'high', 'medium', 'low'] as const;

export type Severity = (typeof SEVERITIES)[number];

/**
 * The names that teams and monitoring systems use for the same four things. `warning` is medium and `error` high, as
 * PagerDuty orders them; `info` and `none` are low.
 */
const NAMES: ReadonlyMap<string, Severity> = new Map(
  Object.entries({
    critical: 'critical',
    p1: 'critical',
    sev1: 'critical',
    page: 'critical',
    emergency: 'critical',
    fatal: 'critical',
    high: 'high',
    p2: 'high',
    sev2: 'high',
    error: 'high',
    major: 'high',
    medium: 'medium',
    p3: 'medium',
    sev3: 'medium',
    warning: 'medium',
    warn: 'medium',
    minor: 'medium',
    low: 'low',
    p4: 'low',
    sev4: 'low',
    info: 'low',
    informational: 'low',
    none: 'low',
  }),
);

/** Reads any of the usual names, in any case; null if it is none of them. */
export function parseSeverity(name: string | undefined): Severity | null {
  return name === undefined ? null : (NAMES.get(name.trim().toLowerCase()) ?? null);
}
