import { type Judgement, judgeAnswer, type Membership, type RefusalCode } from '../approve/judge.ts';
import { planNow } from '../approve/plan-now.ts';
import type { Entry } from '../domain/event.ts';
import { advance } from '../domain/incident.ts';
import type { Remediation } from '../remediation/define.ts';
import type { Rulebook } from '../rules/rulebook.ts';
import type { GivenAnswer } from '../store/approvals.ts';
import type { Change } from '../store/record.ts';
import type { Engine } from './engine.ts';

/** What somebody says to the question that an incident asks. */
export interface Said {
  readonly answer: GivenAnswer['answer'];
  readonly by: string;
  /** Somebody who does not belong to those who may answer. */
  readonly isStranger: boolean;
}

/** What an answer came to: it counts, or why it does not. `not-asked`: no question was ever asked there. */
export type Answered = 'approved' | 'denied' | 'counted' | 'changed' | RefusalCode | 'not-asked';

/** What people answer, judged as the service judges it. It remembers who has said what. */
export interface Answers {
  give(incidentId: string, said: Said): Promise<Answered>;
}

export function createAnswers(
  engine: Engine,
  { rulebook, remediations }: { readonly rulebook: Rulebook; readonly remediations: ReadonlyMap<string, Remediation> },
): Answers {
  const { ledger } = engine;
  const given = new Map<string, readonly GivenAnswer[]>();
  /** The question that an incident asked last; who is late answers that one. */
  const asked = new Map<string, string>();

  return {
    async give(incidentId, { answer, by, isStranger }) {
      const before = ledger.findIncident(incidentId);
      const id = before?.incident.approvalId ?? asked.get(incidentId) ?? '';
      const approval = (await ledger.findApprovals([id])).get(id);
      if (before === undefined || approval === undefined) return 'not-asked';
      asked.set(incidentId, id);
      const now = engine.now();
      const answers = given.get(id) ?? [];
      const own = { person: by, name: by, answer, why: null, at: now, again: false };
      const [alert] = await ledger.episodesOf([incidentId]);
      const group = approval.askedOf ?? 'those who may answer';
      const membership: Membership = isStranger ? { kind: 'stranger', onCall: [] } : { kind: 'member' };
      const plan = planNow(rulebook, remediations, before.incident, alert);
      const judged = judgeAnswer({ approval, answers, incident: before.incident, group }, own, membership, plan, now);
      const note = (type: string, summary: string) => {
        const after = { ...before.incident, version: before.incident.version + 1 };
        return write({ before, after, entries: [{ type, reason: null, summary, data: {} }], owed: [] });
      };
      if (judged.kind === 'refused') {
        await note('answer-refused', `An answer of ${by} did not count: ${judged.say}`);
        return judged.code;
      }
      if (judged.kind !== 'changed') given.set(id, [...answers.filter(({ person }) => person !== by), own]);
      if (judged.kind === 'counted') {
        await note('answered', `${by} approved: ${judged.have} of ${approval.needs}`);
        return judged.kind;
      }
      const type = judged.kind === 'changed' ? 'plan-changed' : judged.kind;
      const step = advance(before.incident, { type }, now);
      if (step === null) return 'over';
      await ledger.decideApproval(id, judged.kind === 'changed' ? 'void' : judged.kind, now);
      const entries: Entry[] = [{ type, reason: type, summary: sayOf(judged, by), data: {} }];
      await write({ before, after: step.incident, entries, owed: step.owed });
      return judged.kind;
    },
  };

  async function write(change: Change): Promise<void> {
    await engine.work(await ledger.record([change], engine.now()));
  }
}

function sayOf(judged: Extract<Judgement, { kind: 'changed' | 'approved' | 'denied' }>, by: string): string {
  switch (judged.kind) {
    case 'changed':
      return `${by} approved what has changed since: ${judged.changes.join('; ')}. It is asked anew`;
    case 'approved':
      return `${judged.by.map(({ name }) => name).join(', ')} approved it`;
    case 'denied':
      return `${by} denied it`;
  }
}
