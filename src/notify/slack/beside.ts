import type { JsonObject } from '../../domain/json.ts';
import type { Millis } from '../../domain/time.ts';
import type { Delivery, ThreadContext } from '../channel.ts';
import type { Attachment, Remark } from '../remark.ts';
import { type Place, slackClient } from './client.ts';
import type { SlackConfig } from './config.ts';
import { renderRemark } from './remark.ts';
import { upload } from './upload.ts';
import { isLost, verdict } from './verdict.ts';

const NO_THREAD: Delivery = { kind: 'rejected', why: 'there is no thread' };
const GONE: Delivery = { kind: 'rejected', why: 'the thread is gone' };

/** Says something in the thread of an incident. The head stays as it is, and nothing is broadcast. */
export async function remarkIn(
  config: SlackConfig,
  timeout: Millis,
  remark: Remark,
  { signal, ref, mention }: ThreadContext,
): Promise<Delivery> {
  const root = rootOf(ref);
  if (root === null) return NO_THREAD;
  try {
    await slackClient(config.token, config.api_url, timeout, signal).post(root, renderRemark(remark, mention));
    return { kind: 'sent', ref: null };
  } catch (error) {
    return isLost(error) ? GONE : verdict(error);
  }
}

/** Puts a file into that thread. Where Slack wants no file of ours, the thread is told why and how to come by it. */
export async function attachTo(
  config: SlackConfig,
  timeout: Millis,
  file: Attachment,
  ctx: ThreadContext,
): Promise<Delivery> {
  const root = rootOf(ctx.ref);
  if (root === null) return NO_THREAD;
  const uploaded = await upload(config, file, root, timeout, ctx.signal);
  switch (uploaded.kind) {
    case 'done':
      return { kind: 'sent', ref: null };
    case 'gone':
      return GONE;
    case 'retry':
      return uploaded;
    case 'refused': {
      const lines = [`${uploaded.why}.`, ...file.instead];
      const said = await remarkIn(config, timeout, { title: 'The report could not be attached', lines }, ctx);
      return said.kind === 'sent' ? { ...said, note: `not as a file: ${uploaded.why}` } : said;
    }
  }
}

function rootOf(ref: JsonObject): Place | null {
  const { channel, ts } = ref;
  return typeof channel === 'string' && typeof ts === 'string' ? { channel, ts } : null;
}
