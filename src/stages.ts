import { allClearRow } from './allclear/stage.ts';
import { countRow } from './approve/count.ts';
import type { AnswerParts } from './approve/parts.ts';
import { answerRow } from './approve/stage.ts';
import type { Config } from './config/schema.ts';
import type { Canaries } from './decide/canaries.ts';
import { createPopulations } from './decide/populations.ts';
import { type DecideParts, decideBatch } from './decide/stage.ts';
import { random } from './domain/id.ts';
import type { Groups } from './domain/people.ts';
import type { AskSources } from './domain/presence.ts';
import type { Rotation } from './domain/rotation.ts';
import type { Clock } from './domain/time.ts';
import { settingsOf } from './engine/settings.ts';
import { climbRow } from './escalate/climb.ts';
import { deadlineRow, expireRow } from './escalate/deadline.ts';
import { noticeRow } from './escalate/notice.ts';
import type { PeopleParts } from './escalate/people.ts';
import { remarkRowDue } from './escalate/remark.ts';
import { replyRow } from './escalate/reply.ts';
import { sendRow } from './escalate/send.ts';
import { tellRow } from './escalate/tell.ts';
import { type ExecuteParts, executeRow } from './execute/stage.ts';
import type { TellOwn } from './ingest/own.ts';
import type { Channel } from './notify/channel.ts';
import type { reportTo } from './observe/report.ts';
import type { Handlers } from './queue/workers.ts';
import type { Remediation } from './remediation/define.ts';
import type { Settings, Toolbox } from './remediation/tools.ts';
import { reporter } from './reporting.ts';
import type { Rulebook } from './rules/rulebook.ts';
import type { Db } from './store/db.ts';
import type { Handed } from './store/outbox.ts';
import { rememberPopulation } from './store/populations.ts';
import { WAKES, type Waking } from './store/wake.ts';
import { type VerifyParts, verifyRow } from './verify/stage.ts';

export interface StagesParts {
  readonly config: Config;
  readonly db: Db;
  readonly clock: Clock;
  readonly replica: string;
  readonly remediations: ReadonlyMap<string, Remediation>;
  readonly toolbox: Toolbox;
  readonly settings: Settings;
  readonly askSources: AskSources;
  readonly channels: ReadonlyMap<string, Channel>;
  readonly report: ReturnType<typeof reportTo>;
  readonly answers: AnswerParts;
  readonly rotations: readonly Rotation[];
  readonly groups: Groups;
  readonly canaries: Canaries;
  readonly hardStop: AbortSignal;
  stopping(): boolean;
  rulebook(): Rulebook;
  handOver(rows: readonly Handed[]): void;
  tellOwn: TellOwn;
  /** Tells those who are held that what they wait for has happened. */
  wake(waking: Waking): void;
}

/** What is done for each kind of owed work. The stages know nothing of each other; this is where they stand side by side. */
export function createStages(parts: StagesParts): Handlers {
  const { config, report } = parts;
  const settings = settingsOf(config);
  const decide: DecideParts = {
    ...parts,
    ...settings,
    populations: createPopulations({
      ...parts,
      remember: (remediation, count, now) => rememberPopulation(parts.db, remediation, count, now),
      onError: report.failed,
      onChanged: (remediation) => parts.wake({ ...WAKES.populationCounted, rules: rulesOf(parts, remediation) }),
    }),
    onVerdict: report.verdict,
  };
  const execute: ExecuteParts = {
    ...parts,
    hold: config.queue.hold,
    onFirstStep: report.firstStep,
    onRunEnded: report.runEnded,
  };
  const verify: VerifyParts = {
    ...parts,
    ...settings,
    onRunEnded: report.runVerified,
  };
  const people: PeopleParts = {
    ...parts,
    ...settings,
    notify: config.notify,
    ackFor: config.escalation.ack_for,
    escalation: config.escalation,
    approvers: config.approval.from ?? null,
    random,
    incidents: config.incidents,
    report: reporter(config, parts.clock, parts.remediations, parts.rulebook, parts.db),
    onTold: report.told,
    onEscalated: report.escalated,
    onUnreachable: report.unreachable,
    onUnheard: report.unheard,
  };
  return {
    decide: (ids) => decideBatch(decide, ids),
    one: {
      deadline: (row) => deadlineRow(people, row),
      expire: (row) => expireRow(people, row),
      execute: (row) => executeRow(execute, row),
      verify: (row) => verifyRow(verify, row),
      tell: (row) => tellRow(people, row),
      send: (row) => sendRow(people, row),
      climb: (row) => climbRow(people, row),
      remark: (row) => remarkRowDue(people, row),
      reply: (row) => replyRow(people, row),
      notice: (row) => noticeRow(people, row),
      'all-clear': (row) => allClearRow(parts, row),
      count: (row) => countRow(parts.answers, row),
      answer: (row) => answerRow(parts.answers, row),
    },
  };
}

function rulesOf({ rulebook }: StagesParts, name: string): string[] {
  return rulebook().rules.flatMap((rule) =>
    rule.do.some(({ remediation }) => remediation === name) ? [rule.name] : [],
  );
}
