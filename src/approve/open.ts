import type { Config } from '../config/schema.ts';
import type { Alert } from '../domain/alert.ts';
import { ownFiring, ownResolved } from '../domain/own-alert.ts';
import type { Groups } from '../domain/people.ts';
import { slackDesk } from '../notify/slack/desk.ts';
import { createMembers } from './members.ts';
import type { AnswerParts } from './parts.ts';

type Given = Pick<
  AnswerParts,
  'db' | 'clock' | 'remediations' | 'hardStop' | 'rulebook' | 'handOver' | 'why' | 'onAnswer' | 'onUnsaid'
> & {
  readonly config: Config;
  readonly groups: Groups;
  tellOwn(alerts: readonly Alert[]): Promise<void>;
};

/** Puts together what it takes to deal with people. Without Slack in the config, or without its token, nobody is asked there. */
export function openAnswers({ config, groups, tellOwn, ...parts }: Given): AnswerParts {
  const { notify, approval } = config;
  const { clock, hardStop } = parts;
  const desk = notify.slack === undefined || notify.slack.token.missing ? null : slackDesk(notify.slack);
  return {
    ...parts,
    notify,
    approvers: approval.from ?? null,
    desk,
    members: createMembers({
      groups,
      clock,
      usersOf: desk === null ? null : (group) => desk.usersOf(group, hardStop),
    }),
    tellOwn: (alert, status) =>
      tellOwn([status === 'firing' ? ownFiring(alert, clock.now()) : ownResolved(alert, clock.now())]),
  };
}
