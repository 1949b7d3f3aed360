import { parseSeverity } from '../../domain/severity.ts';
import type { Time } from '../../domain/time.ts';
import { readGroup, type Seen } from './group.ts';
import type { Parsed } from './parsed.ts';
import { own, testMark } from './test-marks.ts';

/** Reads a webhook of SigNoz, whose Alertmanager is built in. Never throws. */
export function parseSignoz(body: unknown, now: Time): Parsed {
  return readGroup('signoz', body, now, (seen) => ({
    // The rule's author may set `severity` by hand; the name of the threshold only counts where that says nothing.
    severity: parseSeverity(own(seen.labels, 'severity')) ?? parseSeverity(own(seen.labels, 'threshold.name')),
    test: testMark(seen) ?? signozTest(seen),
    note: missingData(seen),
  }));
}

function signozTest({ name }: Seen): string | null {
  if (name.endsWith('_TEST_ALERT')) return 'the name of a SigNoz rule test';
  if (name.startsWith('Test Alert (')) return 'the test of a SigNoz channel';
  return null;
}

/**
 * Missing data is an alert of its own, under its own name and with a new fingerprint for each gap. It says nothing about
 * the condition of the rule, and its resolve only says that data comes again.
 */
function missingData({ labels, status }: Seen): string | null {
  if (own(labels, 'nodata') !== 'true') return null;
  const since = own(labels, 'lastSeen');
  if (status === 'resolved') return 'data comes again; that is no recovery of what the rule watches';
  return `no data${since === '' ? '' : ` since ${since}`}; what the rule watches is unknown`;
}
