import { WebClient } from '@slack/web-api';
import { fetch } from 'undici';
import type { Millis } from '../../domain/time.ts';
import type { Delivery } from '../channel.ts';
import { mayPass, retryAfter, whyFailed } from '../http-answer.ts';
import type { Attachment } from '../remark.ts';
import { type Place, webOptions } from './client.ts';
import type { SlackConfig } from './config.ts';
import { isAllowed } from './desk.ts';
import { isLost, platformError, verdict } from './verdict.ts';

const INVITE = 'invite the app to this room';
const CHANGED = 'it is a setting of the workspace';

/** Refusals of files that stay until somebody does something about them, and what. Others that stay are in `verdict`. */
const NO_FILES: Readonly<Record<string, string>> = {
  channel_not_found: INVITE,
  file_upload_size_restricted: CHANGED,
  file_uploads_disabled: CHANGED,
  file_uploads_except_images_disabled: CHANGED,
  invalid_channel: INVITE,
  malware_detected: 'something in it looks dangerous to Slack',
  missing_scope: 'give the app the scope files:write and install it again',
  not_in_channel: INVITE,
  posting_to_channel_denied: CHANGED,
  slack_connect_blocked_file_type: CHANGED,
  slack_connect_file_upload_sharing_blocked: CHANGED,
  storage_limit_reached: 'the workspace has no room left',
};

/** What came of an upload: `refused` is for good, `gone` that there is no thread any more. */
export type Uploaded =
  | { readonly kind: 'done' }
  | { readonly kind: 'gone' }
  | { readonly kind: 'refused'; readonly why: string }
  | Extract<Delivery, { kind: 'retry' }>;

/**
 * Puts a file into a thread, the way Slack wants it: ask for an address, post the bytes there, say that they are there. Each
 * attempt asks anew; an upload that is never completed is thrown away by Slack. Never throws.
 */
export async function upload(
  config: SlackConfig,
  { name, title, text }: Attachment,
  place: Place,
  timeout: Millis,
  signal: AbortSignal,
): Promise<Uploaded> {
  const web = new WebClient(config.token.reveal(), webOptions(config.api_url, timeout, signal));
  const bytes = Buffer.from(text, 'utf8');
  try {
    const asked: Record<string, unknown> = {
      ...(await web.apiCall('files.getUploadURLExternal', { filename: name, length: bytes.length })),
    };
    const { upload_url: url, file_id: id } = asked;
    if (typeof url !== 'string' || typeof id !== 'string')
      return { kind: 'retry', after: null, why: 'the answer of Slack names no address for the file' };
    if (!isAllowed(config.upload_hosts, config.api_url, url)) {
      const host = URL.parse(url)?.host ?? 'an address that cannot be read';
      return { kind: 'refused', why: `Slack wants the file at ${host}, which notify.slack.upload_hosts does not name` };
    }
    const posted = await post(url, bytes, AbortSignal.any([signal, AbortSignal.timeout(timeout)]));
    if (posted !== null) return posted;
    const share = { channel_id: place.channel, thread_ts: place.ts, initial_comment: `${title}.` };
    await web.apiCall('files.completeUploadExternal', { files: [{ id, title }], ...share });
    return { kind: 'done' };
  } catch (error) {
    if (isLost(error)) return { kind: 'gone' };
    const word = platformError(error);
    const remedy = Object.hasOwn(NO_FILES, word) ? NO_FILES[word] : undefined;
    if (remedy !== undefined) return { kind: 'refused', why: `Slack answered '${word}': ${remedy}` };
    const judged = verdict(error);
    return judged.kind === 'rejected' ? { kind: 'refused', why: judged.why } : judged;
  }
}

/** Posts the bytes; null where they were taken. */
async function post(url: string, bytes: Buffer, signal: AbortSignal): Promise<Uploaded | null> {
  try {
    const headers = { 'content-type': 'application/octet-stream' };
    // Whoever answers for Slack may not send our report on to somebody else.
    const answer = await fetch(url, { method: 'POST', headers, body: bytes, redirect: 'manual', signal });
    await answer.body?.cancel();
    if (answer.status === 200) return null;
    const why = `Slack answered ${answer.status} to the file`;
    if (!mayPass(answer.status)) return { kind: 'refused', why };
    return { kind: 'retry', after: retryAfter((name) => answer.headers.get(name)), why };
  } catch (error) {
    return { kind: 'retry', after: null, why: `the file could not be posted: ${whyFailed(error)}` };
  }
}
