import type { Severity } from '../domain/severity.ts';
import type { Channel } from '../notify/channel.ts';
import type { NotifyConfig } from '../notify/config.ts';
import type { Message } from '../notify/message.ts';
import { nameOf } from './addresses.ts';

export interface Choice {
  readonly channels: readonly Channel[];
  /** What those who are told must know about the choice. */
  readonly notes: readonly string[];
}

/**
 * Which channels get a message. `notify.channels` says who gets pages of a severity. What comes after that goes to whoever was
 * told of the incident, and to nobody else: news of something one never heard of is noise, and a level of the policy may have
 * named places. Where nobody was told, it was healed in silence, and those meant for pages may read of it. A question goes to
 * whoever can ask it. A page that none of the channels meant for it can take goes to all others rather than to nobody.
 *
 * @param told the channels, and places of channels, that have said something of this incident, or are about to.
 */
export function choose(
  channels: ReadonlyMap<string, Channel>,
  named: NotifyConfig['channels'],
  message: Message,
  told: ReadonlySet<string>,
): Choice {
  const { topic, incident } = message;
  const wanting = [...channels.values()].filter((channel) => channel.wants(message));
  const list: readonly string[] | undefined = named[incident.severity];
  const follows = topic === 'update' || topic === 'end';
  const isKnown = follows && [...told].some((key) => channels.get(nameOf(key))?.pages === true);
  const isFor = (channel: Channel) =>
    isKnown ? told.has(channel.name) : topic === 'ask' || isMeant(channel, named, incident.severity);
  const chosen = wanting.filter((channel) => !channel.pages || isFor(channel));
  if (topic !== 'page' || chosen.some((channel) => channel.pages)) return { channels: chosen, notes: [] };
  const why = list === undefined ? 'No channel' : `None of ${list.join(', ')}`;
  const note = `${why} can be used for a page of severity ${incident.severity}, so it comes here.`;
  return { channels: wanting, notes: wanting.some((channel) => channel.pages) ? [note] : [] };
}

/** Whether a channel is meant for pages of a severity: by the config, or by what the channel is made for. */
export function isMeant({ name, severities }: Channel, named: NotifyConfig['channels'], severity: Severity): boolean {
  const list: readonly string[] | undefined = named[severity];
  return list === undefined ? (severities?.includes(severity) ?? true) : list.includes(name);
}

/** The names of the channels that take pages of a severity; of all that page where none is meant for it. */
export function pagingNames(
  channels: ReadonlyMap<string, Channel>,
  named: NotifyConfig['channels'],
  severity: Severity,
): readonly string[] {
  const paging = [...channels.values()].filter((channel) => channel.pages);
  const meant = paging.filter((channel) => isMeant(channel, named, severity));
  return (meant.length > 0 ? meant : paging).map(({ name }) => name);
}
