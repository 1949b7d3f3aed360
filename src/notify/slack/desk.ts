import { WebClient } from '@slack/web-api';
import { fetch } from 'undici';
import type { Millis } from '../../domain/time.ts';
import { whyFailed } from '../http-answer.ts';
import { cleanLine } from '../say/clean.ts';
import { webOptions } from './client.ts';
import type { SlackConfig } from './config.ts';
import { denialForm } from './denial.ts';
import { lines } from './mrkdwn.ts';
import { platformError, verdict } from './verdict.ts';

/** Where an answer to a person goes, so that nobody else sees it. */
export interface ReplyTo {
  readonly person: string;
  readonly url: string | null;
  readonly channel: string | null;
}

/** What it takes to deal with people in Slack beside telling them. Everything throws an Error that says why. */
export interface Desk {
  /** Says something to one person only. Every word of it is taken as plain text. */
  say(to: ReplyTo, lines: readonly string[], signal: AbortSignal): Promise<void>;
  /** Opens the form that asks why. The trigger of a press is good for three seconds, and once. */
  askWhy(trigger: string, approval: string, channel: string | null, signal: AbortSignal): Promise<void>;
  /** The members of a user group, as Slack knows them now. */
  usersOf(group: string, signal: AbortSignal): Promise<readonly string[]>;
}

/** As much as anybody reads of an answer, and less than Slack takes. */
const MOST_LINES = 60;
const MOST_TEXT = 3_900;

const NO_GROUPS = new Set(['plan_upgrade_required', 'paid_teams_only', 'paid_only']);

export function slackDesk(config: SlackConfig, { timeout = 5_000 }: { readonly timeout?: Millis } = {}): Desk {
  const call = async (method: string, args: Record<string, unknown>, signal: AbortSignal) => {
    const web = new WebClient(config.token.reveal(), webOptions(config.api_url, timeout, signal));
    try {
      return { ...(await web.apiCall(method, args)) } as Record<string, unknown>;
    } catch (error) {
      if (NO_GROUPS.has(platformError(error))) {
        throw new Error('this Slack plan has no user groups; name the people under users instead', { cause: error });
      }
      throw new Error(verdict(error).why, { cause: error });
    }
  };
  return {
    async say({ person, url, channel }, said, signal) {
      const text = lines(
        said.slice(0, MOST_LINES).map((line) => [cleanLine(line, 600)]),
        MOST_TEXT,
      );
      const own = url !== null && isSlacks(config, url) ? url : null;
      const within = AbortSignal.any([signal, AbortSignal.timeout(timeout)]);
      const failed = own === null ? 'the address that came along is not one of Slack' : await post(own, text, within);
      if (failed === null) return;
      if (channel === null) throw new Error(`there is nowhere else to say it: ${failed}`);
      await call('chat.postEphemeral', { channel, user: person, text }, signal);
    },
    async askWhy(trigger, approval, channel, signal) {
      await call('views.open', { trigger_id: trigger, view: denialForm(approval, channel) }, signal);
    },
    async usersOf(group, signal) {
      const { users } = await call('usergroups.users.list', { usergroup: group }, signal);
      if (!Array.isArray(users)) throw new Error('the answer of Slack names no users');
      return users.map(String);
    },
  };
}

/** Only Slack's own address is posted to, whatever a request says: it could name a machine of ours. */
export function isSlacks(config: Pick<SlackConfig, 'response_hosts' | 'api_url'>, address: string): boolean {
  return isAllowed(config.response_hosts, config.api_url, address);
}

/** Whether an address that Slack named is at one of these hosts, and at no port or protocol but Slack's. */
export function isAllowed(hosts: readonly string[], apiUrl: string, address: string): boolean {
  const url = URL.parse(address);
  if (url === null || url.username !== '' || url.password !== '') return false;
  // A stand-in for Slack may speak http, at a port of its own; Slack never does.
  const { protocol, port } = new URL(apiUrl);
  return url.protocol === protocol && (url.port === '' || url.port === port) && hosts.includes(url.hostname);
}

/** Says it at the address of the request, for nobody else to see. @returns why not; null where it was taken. */
async function post(url: string, text: string, signal: AbortSignal): Promise<string | null> {
  try {
    const answer = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ response_type: 'ephemeral', replace_original: false, text }),
      // Whoever answers for Slack may not send us on to somebody else.
      redirect: 'manual',
      signal,
    });
    await answer.body?.cancel();
    return answer.status === 200 ? null : `Slack answered ${answer.status}`;
  } catch (error) {
    return `Slack could not be reached: ${whyFailed(error)}`;
  }
}
