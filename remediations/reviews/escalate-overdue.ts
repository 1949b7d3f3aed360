import { defineRemediation, stepsFor, z } from '../../src/remediation/index.ts';
import { settingsOf, settingsSchema } from '../settings.ts';
import { assign, peopleOf } from './parts/assign.ts';
import {
  type Context,
  countLoads,
  countUnassigned,
  type Escalation,
  escalateRow,
  findOverdue,
  type ReviewTable,
  readLevel,
  TABLE,
  TABLES,
  type TableName,
} from './parts/tables.ts';

const params = z.strictObject({
  /** Where the tasks are; the unified table unless the alert is about another. */
  table: z.enum(TABLES).default('approval_tasks'),
});

const step = stepsFor(params);

/** More than this is a backlog, and redistributing it is another remediation's work. */
const MOST = 50;

const plan = step({
  name: 'plan',
  effect: 'reads',
  repeat: 'safe',
  timeout: '60s',
  async run(ctx) {
    const { table } = ctx.params;
    const { reviews } = settingsOf(ctx);
    const { total, tasks } = await findOverdue(ctx, table, reviews, MOST);
    if (total === 0) ctx.noop(`No open task of ${table} is due for its next level`);
    const loads = await countLoads(ctx, table, Object.values(peopleOf(reviews)).flat());
    const { escalations, unassignable } = assign(tasks, reviews, loads);
    if (escalations.length === 0) {
      ctx.handOver(`${total} tasks of ${table} are overdue, and settings.reviews names nobody to give them to`);
    }
    return { total, escalations, unassignable };
  },
});

const escalate = step({
  name: 'escalate',
  effect: 'changes',
  timeout: '10m',
  // Each task is looked at before it is raised, and raised only from the level below.
  repeat: 'safe',
  async run(ctx) {
    const { table } = ctx.params;
    const did = { byApi: 0, byDatabase: 0, already: 0, answered: 0 };
    let api: ReviewTable['escalate'] = TABLE[table].escalate;
    for (const task of ctx.result(plan).escalations) {
      ctx.signal.throwIfAborted();
      const how = await raise(ctx, table, task, api, `${ctx.idempotencyKey}-${task.id}-${task.level}`);
      did[how.did] += 1;
      // Each of fifty tasks would wait for it in vain.
      if (how.silent) api = null;
    }
    return did;
  },
});

export default defineRemediation({
  summary: 'Raises every overdue review task by one level and gives it to whoever answers at that level.',
  risk: 'low',
  params,
  settings: settingsSchema,
  needs: ['cerniq', 'postgres'],
  target: ({ table }) => ({ kind: 'reviews', id: table }),
  steps: [plan, escalate],
  verify: {
    within: '2m',
    every: '10s',
    holdFor: '30s',
    async probe(ctx) {
      const { table } = ctx.params;
      const { reviews } = settingsOf(ctx);
      const { total } = await findOverdue(ctx, table, reviews, 1);
      const unassigned = await countUnassigned(ctx, table, reviews);
      return { healthy: total === 0 && unassigned === 0, evidence: { due: total, unassigned } };
    },
  },
});

interface Raised {
  readonly did: 'byApi' | 'byDatabase' | 'already' | 'answered';
  /** The API gave no answer at all. */
  readonly silent: boolean;
}

/** One task one level up: through the API, and where that fails or only says that it did, in the database. */
async function raise(
  ctx: Context,
  table: TableName,
  task: Escalation,
  api: ReviewTable['escalate'],
  key: string,
): Promise<Raised> {
  const before = await readLevel(ctx, table, task.id);
  if (before === null) return { did: 'answered', silent: false };
  if (before >= task.level) return { did: 'already', silent: false };
  const answer = await api?.(ctx, task, key).catch(() => null);
  const silent = answer === null;
  // What the API did is seen in the table, whatever it answered.
  const after = await readLevel(ctx, table, task.id);
  if (after === null) return { did: 'answered', silent };
  if (after >= task.level) return { did: 'byApi', silent };
  return { did: (await escalateRow(ctx, table, task)) ? 'byDatabase' : 'already', silent };
}
