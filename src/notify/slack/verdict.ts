import { WebAPIHTTPError, WebAPIPlatformError, WebAPIRateLimitedError, WebAPIRequestError } from '@slack/web-api';
import type { Delivery } from '../channel.ts';
import { mayPass, retryAfter, whyFailed } from '../http-answer.ts';
import { cleanLine } from '../say/clean.ts';

/** What Slack answers where the config, the token or the message is wrong: it stays wrong until a person changes it. */
const LASTING = new Set([
  'access_denied',
  'account_inactive',
  'cannot_reply_to_message',
  'channel_not_found',
  'ekm_access_denied',
  'invalid_arg_name',
  'invalid_arguments',
  'invalid_array_arg',
  'invalid_auth',
  'invalid_blocks',
  'invalid_blocks_format',
  'invalid_charset',
  'invalid_form_data',
  'invalid_post_type',
  'is_archived',
  'method_deprecated',
  'missing_post_type',
  'missing_scope',
  'msg_blocks_too_long',
  'msg_too_long',
  'no_permission',
  'no_text',
  'not_allowed_token_type',
  'not_authed',
  'not_in_channel',
  'org_login_required',
  'posting_to_general_channel_denied',
  'restricted_action',
  'restricted_action_non_threadable_channel',
  'restricted_action_read_only_channel',
  'restricted_action_thread_only_channel',
  'team_access_not_granted',
  'token_expired',
  'token_revoked',
  'two_factor_setup_required',
  'unknown_method',
]);

const LOOKS = new Set(['invalid_blocks', 'invalid_blocks_format', 'msg_blocks_too_long']);
const LOST = new Set(['message_not_found', 'thread_not_found']);
const UNCHANGEABLE = new Set(['cant_update_message', 'edit_window_closed', 'update_failed']);

/** What a failed call means for the message. */
export function verdict(error: unknown): Exclude<Delivery, { kind: 'sent' }> {
  if (error instanceof WebAPIRateLimitedError) {
    return { kind: 'retry', after: error.retryAfter * 1_000, why: 'Slack limits our rate' };
  }
  if (error instanceof WebAPIHTTPError) {
    const why = `Slack answered ${error.statusCode}`;
    if (!mayPass(error.statusCode)) return { kind: 'rejected', why };
    return { kind: 'retry', after: retryAfter((name) => error.headers[name]), why };
  }
  if (error instanceof WebAPIPlatformError) {
    const name = platformError(error);
    const why = `Slack answered '${cleanLine(name, 100)}'`;
    return LASTING.has(name) ? { kind: 'rejected', why } : { kind: 'retry', after: null, why };
  }
  const original = error instanceof WebAPIRequestError ? error.original : error;
  return { kind: 'retry', after: null, why: `Slack could not be reached: ${whyFailed(original)}` };
}

/** The blocks are refused, not the message: it can still be said as text. */
export function dislikesLooks(error: unknown): boolean {
  return LOOKS.has(platformError(error));
}

/** The head of the thread is gone. */
export function isLost(error: unknown): boolean {
  return LOST.has(platformError(error));
}

/** The message stands and cannot be changed any more; a new one can still be posted. */
export function isUnchangeable(error: unknown): boolean {
  return UNCHANGEABLE.has(platformError(error));
}

/** The word with which Slack refuses; empty where it is no refusal of that kind. */
export function platformError(error: unknown): string {
  // A body that is no JSON arrives as an "error" too, whole.
  return error instanceof WebAPIPlatformError ? String(error.data.error) : '';
}
