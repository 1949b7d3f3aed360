import type { Handed, OutboxKind } from '../store/outbox.ts';

/**
 * Queues, so that slow work of one kind cannot keep another kind waiting: a run may take minutes, a page may not.
 * `decide` works on batches, one at a time; the others on one row each.
 */
export const LANES = ['decide', 'execute', 'verify', 'people', 'answers', 'threads'] as const;

export type Lane = (typeof LANES)[number];

export const LANE_OF: Readonly<Record<OutboxKind, Lane>> = {
  decide: 'decide',
  execute: 'execute',
  verify: 'verify',
  deadline: 'people',
  expire: 'people',
  count: 'people',
  tell: 'people',
  send: 'people',
  climb: 'people',
  notice: 'people',
  'all-clear': 'verify',
  // Reminders and files: a page must not wait for an upload.
  remark: 'threads',
  reply: 'threads',
  // A storm of pages must not keep somebody waiting who says no.
  answer: 'answers',
};

export interface LaneJob {
  readonly lane: Lane;
  /** Deterministic, so that a row that is handed over twice is one job; without `:` and no number, as BullMQ wants. */
  readonly jobId: string;
  readonly rows: readonly Handed[];
}

/** Cuts rows into jobs: all that are to be decided together, every other row by itself. */
export function toJobs(rows: readonly Handed[]): LaneJob[] {
  const decide = rows.filter((row) => LANE_OF[row.kind] === 'decide');
  const jobs = rows
    .filter((row) => LANE_OF[row.kind] !== 'decide')
    .map((row): LaneJob => ({ lane: LANE_OF[row.kind], jobId: idOf(row), rows: [row] }));
  for (let i = 0; i < decide.length; i += MOST_AT_ONCE) {
    const part = decide.slice(i, i + MOST_AT_ONCE);
    const [first] = part;
    if (first !== undefined) jobs.push({ lane: 'decide', jobId: idOf(first), rows: part });
  }
  return jobs;
}

/** A larger batch would hold the admission lock for longer than others should wait. */
const MOST_AT_ONCE = 500;

function idOf({ id, handed }: Handed): string {
  return `outbox-${id}-${handed}`;
}
