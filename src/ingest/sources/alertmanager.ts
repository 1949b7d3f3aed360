import { parseSeverity } from '../../domain/severity.ts';
import type { Time } from '../../domain/time.ts';
import { readGroup } from './group.ts';
import type { Parsed } from './parsed.ts';
import { own, testMark } from './test-marks.ts';

/** Reads a webhook of Alertmanager, version 3 or 4. Never throws. */
export function parseAlertmanager(body: unknown, now: Time): Parsed {
  return readGroup('alertmanager', body, now, (seen) => ({
    severity: parseSeverity(own(seen.labels, 'severity')),
    test: testMark(seen),
    note: null,
  }));
}
