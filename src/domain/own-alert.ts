import type { Alert, Labels } from './alert.ts';
import type { Severity } from './severity.ts';
import type { Time } from './time.ts';

/** What remedyd itself has to say about its work, such as that a storm has broken out or that a trouble has been over for long. */
export interface OwnAlert {
  /** What it is about, the same for every word on it: two alerts with one key are one alert. */
  readonly key: string;
  readonly name: string;
  readonly severity: Severity;
  readonly labels: Labels;
  /** One sentence for people. */
  readonly summary: string;
}

/** An emergency stop. It is critical and no rule takes it, so it pages; it ends when everything is resumed. */
export const EMERGENCY_STOP: OwnAlert = {
  key: 'all',
  name: 'remedyd:emergency-stop',
  severity: 'critical',
  labels: {},
  summary: 'Somebody stopped all remediation. Nothing heals by itself until it is resumed.',
};

/**
 * The daemon's own alert, in the form in which alerts of other sources come. It goes through the ordinary way in, so it gets
 * an incident, a deadline and a page like theirs, and rules can match it.
 */
export function ownFiring({ key, name, severity, labels, summary }: OwnAlert, now: Time): Alert {
  return {
    source: 'remedyd',
    fingerprint: `${name} ${key}`,
    status: 'firing',
    name,
    labels: { ...labels, alertname: name, severity },
    annotations: { summary },
    severity,
    startsAt: now,
    endsAt: null,
    generatorUrl: null,
    test: null,
    note: null,
  };
}

/** The end of it. @param note where it is no recovery, in words */
export function ownResolved(own: OwnAlert, now: Time, note: string | null = null): Alert {
  return { ...ownFiring(own, now), status: 'resolved', startsAt: null, endsAt: now, note };
}
