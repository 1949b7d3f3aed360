import type { FakePagerDuty } from '../support/fakes/pagerduty/pagerduty.ts';
import type { Progress } from './follow.ts';

/** What came of one scenario, for machines. */
export interface Result {
  readonly alert: string;
  readonly rule: string;
  readonly remediation: string;
  readonly outcome: string;
  readonly seconds: number;
  readonly paged: number;
}

export interface Report {
  readonly scenarios: readonly Result[];
  /** Every outcome is the one that it has to be. */
  readonly ok: boolean;
}

export function reportOf(progress: readonly Progress[]): Report {
  return { scenarios: progress.map(resultOf), ok: progress.every(asExpected) };
}

function resultOf({ scenario, incident, seconds, paged }: Progress): Result {
  return {
    alert: scenario.alert,
    rule: incident?.rule ?? '',
    remediation: incident?.runs.at(-1)?.remediation ?? '',
    outcome: incident?.state ?? 'no incident',
    seconds: Math.round(seconds * 10) / 10,
    paged,
  };
}

function asExpected({ scenario, incident, paged, ended }: Progress): boolean {
  const { outcome, remediation, paged: pages } = scenario.expected;
  const ran = incident?.runs.at(-1);
  // A healing counts only as what the design calls one: held, and not gone by itself.
  const proven = outcome === 'escalated' || ran?.outcome === 'held';
  return ended && incident?.state === outcome && ran?.remediation === remediation && paged === pages && proven;
}

/** The table at the end. */
export function tableOf(progress: readonly Progress[]): readonly string[] {
  const head = ['Alert', 'What was done', 'Outcome', 'Time', 'Pages'];
  const rows = progress.map((one) => {
    const { alert, outcome, seconds, paged } = resultOf(one);
    const wrong = asExpected(one) ? '' : ` (expected ${one.scenario.expected.outcome})`;
    return [alert, doneBy(one), `${outcome}${wrong}`, `${seconds.toFixed(1)} s`, pagesOf(paged, outcome)];
  });
  const widths = head.map((_, column) => Math.max(...[head, ...rows].map((row) => row[column]?.length ?? 0)));
  const line = (row: readonly string[]) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd();
  return [line(head), widths.map((width) => '─'.repeat(width)).join('  '), ...rows.map(line)];
}

function pagesOf(paged: number, outcome: string): string {
  return paged > 0 && outcome === 'healed' ? `${paged}, resolved` : String(paged);
}

/** The remediation, and those of its steps that changed something, by what they returned. */
function doneBy({ incident, changing }: Progress): string {
  const run = incident?.runs.at(-1);
  if (incident === null || run === undefined) return 'nothing';
  const did = incident.evidence.flatMap(({ run: id, step, phase, data }) => {
    if (id !== run.id || phase !== 'ended' || !changing.has(`${run.remediation} ${String(step)}`)) return [];
    const { result } = data as { readonly result?: unknown };
    return didSomething(result) ? [String(step)] : [];
  });
  return `${run.remediation}: ${did.length === 0 ? 'looked, changed nothing' : did.join(', ')}`;
}

/** A step that had nothing to do returns noes, zeros and nothing; one that has nothing to tell returns null. */
function didSomething(result: unknown): boolean {
  if (result === null || result === undefined) return true;
  if (Array.isArray(result)) return result.length > 0;
  if (typeof result === 'object') return Object.values(result).some((one) => one !== null && didSomething(one));
  return result !== false && result !== 0 && result !== '';
}

/** What the on-call person got for what could not be healed. */
export function pageText(progress: readonly Progress[], pagerduty: FakePagerDuty): readonly string[] {
  return progress
    .filter(({ incident }) => incident?.state === 'escalated')
    .flatMap(({ incident }) => {
      const page = pagerduty.incident(incident?.id ?? '')?.events[0];
      const details = page?.payload?.custom_details as { readonly what_to_do_next?: readonly string[] } | undefined;
      const next = (details?.what_to_do_next ?? []).map((line, i) => `    ${i + 1}. ${line}`);
      return page === undefined ? [] : [`  ${page.payload?.summary ?? ''}`, ...next];
    });
}
