import type { Channel } from './channel.ts';
import type { Notice } from './notice.ts';

/** Posts a notice on the first channel that takes it. @returns whether one did. */
export async function postNotice(channels: Iterable<Channel>, notice: Notice, signal: AbortSignal): Promise<boolean> {
  for (const channel of channels) {
    const delivery = await channel.notice?.(notice, signal);
    if (delivery?.kind === 'sent') return true;
  }
  return false;
}
