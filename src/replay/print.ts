import { formatDuration } from '../domain/duration.ts';
import type { Reason } from '../domain/reason.ts';
import { type Millis, type Time, toIso } from '../domain/time.ts';
import type { HistorySize } from '../store/history.ts';
import type { Replayed } from './replay.ts';
import type { Totals } from './side.ts';
import { DIFFERENCES, type Difference, say } from './summary.ts';

export interface Outcome {
  readonly replayed: Replayed;
  readonly recorded: HistorySize;
  readonly from: Time;
  readonly until: Time;
  readonly took: Millis;
}

/** The outcome of a replay for people: figures side by side, then what differs, with examples. */
export function printOutcome({ replayed, recorded, from, until, took }: Outcome): string {
  const { alerts, now, candidate, differences, examples } = replayed;
  const head = `Replayed ${number(alerts)} alerts from ${toIso(from)} to ${toIso(until)} in ${formatDuration(took)}.`;
  if (alerts === 0 && recorded.alerts === 0) return `${head}\n\n${EMPTY}\n`;
  const lines = [head, '', ...table(now, candidate, recorded)];
  if (candidate === null) return `${[...lines, '', NOTHING].join('\n')}\n`;
  if (differences.size === 0) return `${[...lines, '', 'Every incident is decided alike.'].join('\n')}\n`;
  lines.push('', 'Incidents that the candidate decides otherwise:');
  for (const [difference, count] of inOrder(differences)) {
    lines.push(`  ${difference.padEnd(18)} ${number(count).padStart(9)}  ${DIFFERENCES[difference]}`);
    for (const { now: a, candidate: b } of examples.get(difference) ?? []) {
      const either = a ?? b;
      if (either === null) continue;
      lines.push(`    ${toIso(either.openedAt)} ${either.alert} ${either.target}`);
      lines.push(`      now:       ${say(a ?? undefined)}`, `      candidate: ${say(b ?? undefined)}`);
    }
  }
  return `${lines.join('\n')}\n`;
}

const EMPTY = 'No alert is recorded from that time, so nothing was tried; look further back with --since.';

const NOTHING = 'Nothing was compared; name other rules with --rules, or another config with --config.';

/** The same as data. */
export function outcomeJson({ replayed, recorded, from, until, took }: Outcome): object {
  const { alerts, now, candidate, differences, examples } = replayed;
  const side = (totals: Totals | null) =>
    totals === null
      ? null
      : { ...totals, peaks: Object.fromEntries(totals.peaks), held: Object.fromEntries(totals.held) };
  return {
    from: toIso(from),
    until: toIso(until),
    alerts,
    tookMs: Math.round(took),
    recorded,
    now: side(now),
    candidate: side(candidate),
    differences: Object.fromEntries(inOrder(differences)),
    examples: Object.fromEntries(examples),
  };
}

function inOrder(differences: ReadonlyMap<Difference, number>): readonly (readonly [Difference, number])[] {
  return (Object.keys(DIFFERENCES) as Difference[]).flatMap((difference) => {
    const count = differences.get(difference);
    return count === undefined ? [] : [[difference, count] as const];
  });
}

function table(now: Totals, candidate: Totals | null, recorded: HistorySize): readonly string[] {
  const reasons = [...new Set<Reason>([...now.held.keys(), ...(candidate?.held.keys() ?? [])])].sort();
  const rules = [...new Set([...now.peaks.keys(), ...(candidate?.peaks.keys() ?? [])])].sort();
  const rows: readonly (readonly [string, number | null, (totals: Totals) => number])[] = [
    ['incidents', recorded.incidents, ({ incidents }) => incidents],
    ['runs', recorded.runs, ({ runs }) => runs],
    ['people asked', null, ({ asked }) => asked],
    ['people paged', recorded.pages, ({ pages }) => pages],
    ['breakers found open', null, ({ breakers }) => breakers],
    ['runs at once, at most', null, ({ peak }) => peak],
    ...rules.map((rule) => [`  of ${rule}`, null, ({ peaks }: Totals) => peaks.get(rule) ?? 0] as const),
    ...reasons.map((reason) => [`held for ${reason}`, null, ({ held }: Totals) => held.get(reason) ?? 0] as const),
  ];
  const width = Math.max(...rows.map(([name]) => name.length));
  const cell = (value: number | string | null) =>
    (typeof value === 'number' ? number(value) : (value ?? '')).padStart(12);
  return [
    `${''.padEnd(width)}${cell('recorded')}${cell('now')}${candidate === null ? '' : cell('candidate')}`,
    ...rows.map(
      ([name, was, of]) =>
        `${name.padEnd(width)}${cell(was)}${cell(of(now))}${candidate === null ? '' : cell(of(candidate))}`,
    ),
  ];
}

function number(value: number): string {
  return value.toLocaleString('en-US');
}
