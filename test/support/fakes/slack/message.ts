import { type Block, faultsOfBlocks, sizeOfBlocks } from './blocks.ts';

export interface Message {
  readonly channel: string;
  readonly ts: string;
  readonly thread_ts?: string;
  readonly text: string;
  readonly blocks: readonly Block[];
  readonly reply_broadcast: boolean;
  readonly metadata?: unknown;
  readonly edits: number;
}

/** A logical refusal, which Slack answers with status 200. */
export interface Refusal {
  readonly error: string;
  readonly messages?: readonly string[];
}

export const MOST_TEXT = 40_000;
export const MOST_BLOCKS_TEXT = 13_200;

/** What is wrong with the content of a message, or the content. */
export function readContent(
  args: Readonly<Record<string, unknown>>,
): { text: string; blocks: readonly Block[] } | Refusal {
  const { text = '', blocks = [] } = args;
  if (typeof text !== 'string') return { error: 'invalid_arguments', messages: ['[ERROR] text must be a string'] };
  const faults = faultsOfBlocks(blocks, 'message');
  if (faults.length > 0) return { error: 'invalid_blocks', messages: faults };
  const read = blocks as readonly Block[];
  if (text === '' && read.length === 0) return { error: 'no_text' };
  if (text.length > MOST_TEXT) return { error: 'msg_too_long' };
  if (sizeOfBlocks(read) > MOST_BLOCKS_TEXT) return { error: 'msg_blocks_too_long' };
  return { text, blocks: read };
}
