import { findApprovals } from '../store/approvals.ts';
import { channelsTold } from '../store/channels.ts';
import { lockIncidents } from '../store/incidents.ts';
import { insertOutbox, type NewOutboxRow, type OutboxRow, strike } from '../store/outbox.ts';
import { record } from '../store/record.ts';
import { closeBy, takeOver } from './acknowledge.ts';
import { answer } from './answer.ts';
import { command, refuse, takenLine } from './command/run.ts';
import type { AnswerParts, Done } from './parts.ts';
import { fromStored, type PersonRequest } from './request.ts';

/** Does what a person asked for, which was stored before it was acknowledged, and tells that person what came of it. */
export async function answerRow(parts: AnswerParts, row: OutboxRow): Promise<void> {
  const request = fromStored(row.data);
  const { outcome, say, handed } = await carryOut(parts, row.id, request);
  parts.handOver(handed);
  parts.onAnswer(request.kind === 'answer' ? request.answer : request.kind, outcome);
  if (!('reply' in request) || say.length === 0 || parts.desk === null) return;
  // What was asked for is done. That it cannot be said is no reason to do it again.
  await parts.desk.say(request.reply, say, parts.hardStop).catch((error: Error) => parts.onUnsaid(error.message));
}

async function carryOut(parts: AnswerParts, rowId: number, request: PersonRequest): Promise<Done> {
  switch (request.kind) {
    case 'answer':
      return answer(parts, rowId, request);
    case 'command':
      return command(parts, rowId, request);
    case 'take':
      return take(parts, rowId, request);
    case 'pagerduty':
      return atPagerduty(parts, rowId, request);
    case 'forged':
      return forged(parts, rowId, request);
  }
}

async function take(
  parts: AnswerParts,
  rowId: number,
  { incident, person }: Extract<PersonRequest, { kind: 'take' }>,
): Promise<Done> {
  const refusal = await refuse(parts, parts.notify.slack?.allow.act ?? null, person);
  return parts.db.transaction(async (sql): Promise<Done> => {
    if ((await strike(sql, [rowId])) === 0) return { outcome: 'done', say: [], handed: [] };
    if (refusal !== null) return { outcome: 'not-allowed', say: [refusal], handed: [] };
    const { outcome, handed } = await takeOver(sql, incident, person.name, 'Slack', parts.clock.now(), person.id);
    return { outcome, say: [takenLine(incident, outcome)], handed };
  });
}

async function atPagerduty(
  { db, clock }: AnswerParts,
  rowId: number,
  { type, incident, by }: Extract<PersonRequest, { kind: 'pagerduty' }>,
): Promise<Done> {
  return db.transaction(async (sql): Promise<Done> => {
    if ((await strike(sql, [rowId])) === 0) return { outcome: 'done', say: [], handed: [] };
    const change = type === 'acknowledged' ? takeOver : closeBy;
    const now = clock.now();
    const { outcome, handed } = await change(sql, incident, by, 'PagerDuty', now);
    if (outcome !== 'under-way') return { outcome, say: [], handed };
    // It is closed over there, and whatever the run comes to would wake nobody: it is opened there again, with the reason.
    const told = [...(await channelsTold(sql, incident))].filter((key) => key.split(':', 1)[0] === 'pagerduty');
    const say = [`${by} resolved it in PagerDuty, but a run is under way: it stays open until that has ended.`];
    const again = told.map((channel): NewOutboxRow => {
      const data = { channel, topic: 'page', say };
      return { kind: 'send', incidentId: incident, runId: null, data, dueAt: now };
    });
    return { outcome, say: [], handed: [...handed, ...(await insertOutbox(sql, again, now))] };
  });
}

/** That somebody tries to answer in another's name is for everybody to see. */
async function forged(
  { db, clock }: AnswerParts,
  rowId: number,
  { approval, refusal }: Extract<PersonRequest, { kind: 'forged' }>,
): Promise<Done> {
  return db.transaction(async (sql): Promise<Done> => {
    const question = (await findApprovals(sql, [approval])).get(approval);
    if ((await strike(sql, [rowId])) === 0 || question === undefined) return { outcome: 'done', say: [], handed: [] };
    const before = (await lockIncidents(sql, [question.incidentId])).get(question.incidentId);
    if (before === undefined) return { outcome: 'unknown', say: [], handed: [] };
    const entry = {
      type: 'answer-refused',
      reason: null,
      summary: 'Somebody sent an answer that Slack did not sign; it did not count',
      data: { approval, why: refusal },
    };
    const after = { ...before.incident, version: before.incident.version + 1 };
    const handed = await record(sql, [{ before, after, entries: [entry], owed: [] }], clock.now());
    return { outcome: refusal, say: [], handed };
  });
}
