import { parseSeverity } from '../../domain/severity.ts';
import type { Time } from '../../domain/time.ts';
import { readGroup, type Seen } from './group.ts';
import type { Parsed } from './parsed.ts';
import { own, testMark } from './test-marks.ts';

/** Reads a webhook of Grafana's own alerting. Never throws. */
export function parseGrafana(body: unknown, now: Time): Parsed {
  return readGroup('grafana', body, now, (seen) => ({
    severity: parseSeverity(own(seen.labels, 'severity')),
    test: testMark(seen),
    note: stateNote(seen),
  }));
}

/**
 * Grafana resolves an alert also when its rule is paused, deleted or edited or its series vanished. The alert is gone then
 * and the trouble may well not be. Missing data fires under a name of its own, or, if the rule says so, as the alert.
 */
function stateNote({ name, labels, annotations, status }: Seen): string | null {
  const rule = own(labels, 'rulename');
  if (name === 'DatasourceNoData') return `the rule '${rule}' got no data`;
  if (name === 'DatasourceError') return `the rule '${rule}' could not be evaluated`;
  const reason = own(annotations, 'grafana_state_reason').slice(0, 80);
  if (reason === '') return null;
  if (status === 'resolved') return `resolved by Grafana for '${reason}', which is no recovery`;
  return `fires for '${reason}', not for a value that was measured`;
}
