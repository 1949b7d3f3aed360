import type { Entry, IncidentEvent, Owed } from '../domain/event.ts';
import { advance } from '../domain/incident.ts';
import type { Time } from '../domain/time.ts';
import { cleanLine } from '../notify/say/clean.ts';
import {
  type Approval,
  answersTo,
  countRefusal,
  decideApproval,
  findApprovals,
  type GivenAnswer,
  saveAnswer,
} from '../store/approvals.ts';
import { episodesOf } from '../store/episodes.ts';
import { lockIncidents, type StoredIncident } from '../store/incidents.ts';
import { strike } from '../store/outbox.ts';
import { record } from '../store/record.ts';
import type { Sql } from '../store/sql.ts';
import { type Judgement, judgeAnswer } from './judge.ts';
import type { AnswerParts, Done } from './parts.ts';
import { planNow } from './plan-now.ts';
import type { PersonRequest } from './request.ts';

type Given = Extract<PersonRequest, { kind: 'answer' }>;

/** The history tells of the first refused answers; a person who presses a hundred times would bury everything else. */
const MOST_REFUSALS = 20;

/** Takes one person's answer to a question: once, in one transaction with what follows from it. */
export async function answer(parts: AnswerParts, rowId: number, given: Given): Promise<Done> {
  const { db, clock, approvers } = parts;
  const known = (await findApprovals(db, [given.approval])).get(given.approval);
  if (known === undefined) {
    await strike(db, [rowId]);
    return { outcome: 'unknown', say: ['There is no such question; it may be too old to be kept.'], handed: [] };
  }
  const group = known.askedOf ?? approvers;
  // Slack is asked before the transaction: nobody else is to wait for it.
  const membership = await parts.members.has(group, given.person.id);
  return db.transaction(async (sql) => {
    if ((await strike(sql, [rowId])) === 0) return { outcome: 'done', say: [], handed: [] };
    const now = clock.now();
    const before = (await lockIncidents(sql, [known.incidentId])).get(known.incidentId);
    const approval = (await findApprovals(sql, [known.id])).get(known.id);
    if (before === undefined || approval === undefined) return { outcome: 'unknown', say: [], handed: [] };
    const { incident } = before;
    const own: GivenAnswer & { again: boolean } = {
      person: given.person.id,
      name: cleanLine(given.person.name, 60),
      answer: given.answer,
      why: given.why === null ? null : cleanLine(given.why, 500),
      at: now,
      again: given.again,
    };
    const question = { approval, answers: await answersTo(sql, approval.id), incident, group };
    const [alert] = await episodesOf(sql, [incident.id]);
    const plan = planNow(parts.rulebook(), parts.remediations, incident, alert);
    const judgement = judgeAnswer(question, own, membership, plan, now);
    const { say, handed } = await apply(sql, before, approval, own, judgement, now);
    return { outcome: judgement.kind === 'refused' ? judgement.code : judgement.kind, say: [say], handed };
  });
}

/** Writes down what an answer came to, and says it. */
async function apply(
  sql: Sql,
  before: StoredIncident,
  approval: Approval,
  own: GivenAnswer,
  judgement: Judgement,
  now: Time,
) {
  const { id, remediation, needs } = approval;
  const data = { approval: id, person: own.person, name: own.name, answer: own.answer };
  switch (judgement.kind) {
    case 'refused': {
      if ((await countRefusal(sql, id)) > MOST_REFUSALS) return { say: judgement.say, handed: [] };
      const summary = `An answer of ${own.name} did not count: ${judgement.say}`;
      const entry = { type: 'answer-refused', reason: null, summary, data: { ...data, why: judgement.code } };
      return { say: judgement.say, handed: await only(entry, []) };
    }
    case 'counted': {
      await saveAnswer(sql, approval, own);
      const summary = `${own.name} approved ${remediation}: ${judgement.have} of ${needs}`;
      const entry = { type: 'answered', reason: null, summary, data: { ...data, have: judgement.have, needs } };
      const handed = await only(entry, [{ kind: 'tell', dueAt: now, topic: 'count' }]);
      return { say: `Your yes counts: ${judgement.have} of ${needs}.`, handed };
    }
    case 'changed': {
      const why = cleanLine(judgement.changes.join('; '), 500);
      const summary = `${own.name} approved what has changed since: ${why}. It is asked anew`;
      await decideApproval(sql, id, 'void', now);
      const handed = await onward({ type: 'plan-changed' }, { ...data, why }, summary);
      return {
        say: `It has changed since it was shown, so your yes does not count: ${why}. It is asked anew.`,
        handed,
      };
    }
    case 'approved': {
      await saveAnswer(sql, approval, own);
      await decideApproval(sql, id, 'approved', now);
      const names = judgement.by.map(({ name }) => name).join(', ');
      const handed = await onward({ type: 'approved' }, { ...data, needs }, `${names} approved ${remediation}`);
      return { say: 'Approved. The guardrails are asked once more, then it runs.', handed };
    }
    case 'denied': {
      await saveAnswer(sql, approval, own);
      await decideApproval(sql, id, 'denied', now);
      const summary = `${own.name} denied ${remediation}${own.why === null ? '' : `: ${own.why}`}`;
      const handed = await onward({ type: 'denied' }, { ...data, why: own.why }, summary);
      return { say: 'Denied. Nothing is run; the on-call person is told.', handed };
    }
  }

  function only(entry: Entry, owed: readonly Owed[]) {
    const after = { ...before.incident, version: before.incident.version + 1 };
    return record(sql, [{ before, after, entries: [entry], owed }], now);
  }
  async function onward(
    event: Extract<IncidentEvent, { type: 'approved' | 'denied' | 'plan-changed' }>,
    more: Entry['data'],
    summary: string,
  ) {
    const step = advance(before.incident, event, now);
    // The judgement has looked at the state already; a map that says no all the same must not be written over.
    if (step === null) throw new Error(`'${event.type}' says nothing to an incident that is ${before.incident.state}`);
    const entry: Entry = { type: event.type, reason: event.type, summary, data: more };
    return record(sql, [{ before, after: step.incident, entries: [entry], owed: step.owed }], now);
  }
}
