import { WebClient } from '@slack/web-api';
import { fetch } from 'undici';
import type { Millis } from '../../domain/time.ts';
import { cleanLine } from '../say/clean.ts';
import { webOptions } from './client.ts';
import type { SlackConfig } from './config.ts';
import { denialForm } from './denial.ts';
import { inert } from './mrkdwn.ts';
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

/** As much as anybody reads of an answer. */
const MOST_LINES = 60;

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
    async say({ person, url, channel }, lines, signal) {
      const text = lines
        .slice(0, MOST_LINES)
        .map((line) => inert(cleanLine(line, 600)))
        .join('\n');
      if (url !== null && isSlacks(config, url)) {
        const within = AbortSignal.any([signal, AbortSignal.timeout(timeout)]);
        await post(url, { response_type: 'ephemeral', replace_original: false, text }, within);
      } else if (channel !== null) await call('chat.postEphemeral', { channel, user: person, text }, signal);
      else throw new Error('there is nowhere to say it: the address that came along is not one of Slack');
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
export function isSlacks({ response_hosts: hosts, api_url }: SlackConfig, address: string): boolean {
  const url = URL.parse(address);
  if (url === null || url.username !== '' || url.password !== '') return false;
  // A stand-in for Slack may speak http; Slack never does.
  return url.protocol === new URL(api_url).protocol && hosts.includes(url.hostname);
}

async function post(url: string, body: object, signal: AbortSignal): Promise<void> {
  const answer = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
    redirect: 'manual',
    signal,
  });
  await answer.body?.cancel();
  if (answer.status !== 200) throw new Error(`Slack answered ${answer.status}`);
}
