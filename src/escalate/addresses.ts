import type { Channel } from '../notify/channel.ts';

/** A channel, and the place of it that is meant. */
export interface ChannelAt {
  readonly channel: Channel;
  /** Null leaves the place to the channel. */
  readonly address: string | null;
}

/** `slack:#leads` is the channel `slack` at `#leads`. Undefined where no such channel is configured. */
export function channelAt(channels: ReadonlyMap<string, Channel>, key: string): ChannelAt | undefined {
  const name = nameOf(key);
  const channel = channels.get(name);
  if (channel === undefined) return undefined;
  return { channel, address: name === key ? null : key.slice(name.length + 1) };
}

/** The channel's own name. */
export function nameOf(key: string): string {
  return key.split(':', 1)[0] ?? key;
}
