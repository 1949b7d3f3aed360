import type { Secret } from '../config/secret.ts';
import { type Clock, systemClock } from '../domain/time.ts';
import type { Channel } from './channel.ts';
import type { NotifyConfig } from './config.ts';
import { emailChannel } from './email/channel.ts';
import { pagerdutyChannel } from './pagerduty/channel.ts';
import { slackChannel } from './slack/channel.ts';
import { smsChannel } from './sms/channel.ts';
import { statuspageChannel } from './statuspage/channel.ts';

export interface Channels {
  /** By name. */
  readonly channels: ReadonlyMap<string, Channel>;
  /** Channels that will not be used, each with the reason and what to do. */
  readonly absent: readonly Absent[];
}

interface Absent {
  readonly name: string;
  readonly why: string;
  /** It stands in the config, and a secret of it is not set. */
  readonly unset: boolean;
}

/**
 * The channels that the config names. One whose secret is not set is left out, so that remedyd can be tried without
 * any account; in production that stops the start, because a page that cannot be sent is found out too late.
 *
 * @throws Error in production, naming every secret that is not set.
 */
export function createChannels(
  config: NotifyConfig,
  { production, clock = systemClock }: { readonly production: boolean; readonly clock?: Clock },
): Channels {
  const { slack, pagerduty, email, sms, statuspage } = config;
  const wanted = [
    { name: 'slack', secrets: slack && [slack.token], make: () => slack && slackChannel(slack) },
    {
      name: 'pagerduty',
      secrets: pagerduty && [
        pagerduty.routing_key,
        ...Object.values(pagerduty.routing_keys),
        ...Object.values(pagerduty.services ?? {}),
      ],
      make: () => pagerduty && pagerdutyChannel(pagerduty),
    },
    {
      name: 'email',
      secrets: email && [email.smtp?.password, email.resend?.api_key],
      make: () => email && emailChannel(email),
    },
    { name: 'sms', secrets: sms && [sms.auth_token, sms.api_key?.secret], make: () => sms && smsChannel(sms) },
    {
      name: 'statuspage',
      secrets: statuspage && [statuspage.api_key],
      make: () => statuspage && statuspageChannel(statuspage, { clock }),
    },
  ];
  const judged = wanted.map((one) => ({ ...one, why: whyAbsent(one.name, one.secrets) }));
  const unset = judged.filter(({ secrets, why }) => secrets !== undefined && why !== null);
  if (production && unset.length > 0) throw new Error(unset.map(({ why }) => why).join('\n'));
  const channels = judged.flatMap(({ name, why, make }) => {
    const channel = why === null ? make() : undefined;
    return channel === undefined ? [] : [[name, channel] as const];
  });
  return {
    channels: new Map(channels),
    absent: judged.flatMap(({ name, why, secrets }) =>
      why === null ? [] : [{ name, why, unset: secrets !== undefined }],
    ),
  };
}

/**
 * What the start says of the channels, in one line. `isHeard` is false where no channel takes pages: then nobody can be told
 * of anything, and that must not be overlooked.
 */
export function sayChannels({ channels, absent }: Channels): { readonly isHeard: boolean; readonly text: string } {
  const names = (pages: boolean) => [...channels.values()].filter((one) => one.pages === pages).map(({ name }) => name);
  const [paging, shown] = [names(true), names(false)];
  const left = absent.filter(({ unset }) => !unset).map(({ name }) => name);
  const parts = [
    paging.length === 0 ? 'NOBODY CAN BE PAGED: configure notify' : `pages go to ${paging.join(', ')}`,
    ...(shown.length === 0 ? [] : [`the public is shown ${shown.join(', ')}`]),
    ...absent.filter(({ unset }) => unset).map(({ why }) => why),
    ...(left.length === 0 ? [] : [`not in the config: ${left.join(', ')}`]),
  ];
  return { isHeard: paging.length > 0, text: parts.join('; ') };
}

function whyAbsent(name: string, secrets: readonly (Secret | undefined)[] | undefined): string | null {
  if (secrets === undefined) return `notify.${name} is not in the config: nothing is sent to ${name}`;
  const origins = secrets.filter((one) => one?.missing).map((one) => one?.origin);
  if (origins.length === 0) return null;
  return `notify.${name} needs ${origins.join(' and ')}, which is not set: nothing is sent to ${name}`;
}
