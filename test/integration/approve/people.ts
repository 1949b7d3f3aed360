import type { Message } from '../../support/fakes/slack/message.ts';
import { type Person, personAt } from '../../support/fakes/slack/person.ts';
import type { Engine } from '../engine/engine.ts';
import { MEND, rule, SIGNING_SECRET } from '../engine/engine.ts';

export const ASKS = 'approval: { from: oncall, needs: 1, within: 10m }';

/** One rule that asks before it mends a thing. */
export function asking(...more: readonly string[]): string {
  return `rules:\n${rule('r', 'thing:broken', MEND, 'guards: { cooldown: 0s, budget: { runs: 1000, per: 1h }, concurrency: 500 }', ...more)}`;
}

/** A person of the fake Slack, who is signed for and talks to this daemon. `U0ANNA` and `U0BOB` are on call. */
export function person(
  engine: Engine,
  id: string,
  more: {
    readonly secret?: string;
    readonly now?: () => number;
    readonly responseUrl?: () => string;
    readonly send?: typeof fetch;
  } = {},
): Person {
  const { secret = SIGNING_SECRET, ...rest } = more;
  return personAt(engine.slack, { id, signingSecret: secret, to: engine.daemon.address, ...rest });
}

export const breaks = (engine: Engine, thing = 'cup', labels: Record<string, string> = {}) =>
  engine.daemon.event({ name: 'thing:broken', status: 'firing', labels: { thing, ...labels } });

/** The message that asks about a thing, as soon as it is there. */
export async function question({ slack, daemon }: Engine, thing = 'cup'): Promise<Message> {
  await daemon.untilState(`thing:${thing}`, ['approving']);
  return slack.until(() =>
    slack.messages().find((one) => hasButton(one, 'approve') && JSON.stringify(one).includes(`${thing}`)),
  );
}

export function hasButton({ blocks }: Message, action: string): boolean {
  return JSON.stringify(blocks).includes(`"action_id":"${action}"`);
}

/** The message as it stands now. */
export function now({ slack }: Engine, { channel, ts }: Message): Message {
  const found = slack.messages(channel).find((one) => one.ts === ts);
  if (found === undefined) throw new Error('the message is gone');
  return found;
}

/** What was said to single persons, in whatever way. */
export const said = ({ slack }: Engine): readonly string[] => [
  ...slack.responses.map((body) => String((body as { text: unknown }).text)),
  ...slack.whispers.map(({ text }) => text),
];
