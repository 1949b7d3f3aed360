import type { Seen } from './group.ts';

/**
 * Why an alert is a test of the alerting itself, or null. These marks are the same whichever route the sender was pointed
 * at, so a SigNoz that posts to Alertmanager's route cannot start a remediation with its test button either.
 */
export function testMark({ name, labels, annotations, fingerprint, groupKey }: Seen): string | null {
  if (own(labels, 'testalert') === 'true') return 'the label testalert="true" of a SigNoz rule test';
  const words = [own(annotations, 'summary'), own(annotations, 'description'), own(annotations, 'message')];
  if (words.some((text) => text.startsWith('Test alert fired from SigNoz'))) return 'the test of a SigNoz channel';
  if (name === 'TestAlert' && own(labels, 'instance') === 'Grafana') return 'the test of a Grafana contact point';
  // Real groups are keyed by their route, which begins with a brace; channel tests by name, fingerprint and second.
  if (groupKey !== null && !groupKey.startsWith('{') && groupKey.includes(`-${fingerprint}-`)) {
    return 'the group key of a channel test';
  }
  return null;
}

export function own(labels: Readonly<Record<string, string>>, name: string): string {
  return Object.hasOwn(labels, name) ? (labels[name] ?? '') : '';
}
