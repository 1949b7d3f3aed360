import { readdirSync } from 'node:fs';
import { afterAll, describe, expect, test } from 'vitest';
import { parseCommand } from '../../../src/approve/command/parse.ts';
import { helpLines } from '../../../src/approve/command/show.ts';
import { judgeAnswer, type Membership } from '../../../src/approve/judge.ts';
import { debtNote, demotionNote, flappingNote, promotionNote } from '../../../src/autonomy/notes.ts';
import { shareOf } from '../../../src/autonomy/share.ts';
import { Secret } from '../../../src/config/secret.ts';
import type { Topic } from '../../../src/domain/event.ts';
import type { NotedEntry } from '../../../src/domain/note.ts';
import { REASONS, type Reason } from '../../../src/domain/reason.ts';
import { onDuty, type Rotation } from '../../../src/domain/rotation.ts';
import { handOverNotice } from '../../../src/escalate/hand-over.ts';
import { rejectedNotice } from '../../../src/housekeeping.ts';
import { createChannels } from '../../../src/notify/channels.ts';
import { compose } from '../../../src/notify/compose.ts';
import { notifySchema } from '../../../src/notify/config.ts';
import { render as renderMail } from '../../../src/notify/email/render.ts';
import type { Message } from '../../../src/notify/message.ts';
import type { Notice } from '../../../src/notify/notice.ts';
import { actionFor, render as renderPagerduty } from '../../../src/notify/pagerduty/render.ts';
import type { Remark } from '../../../src/notify/remark.ts';
import { noted, postMortemReminder, reminder } from '../../../src/notify/say/remind.ts';
import { denialForm } from '../../../src/notify/slack/denial.ts';
import { renderNotice } from '../../../src/notify/slack/notice.ts';
import { renderRemark } from '../../../src/notify/slack/remark.ts';
import { type Rendered, renderAnswered, renderFull, renderNews } from '../../../src/notify/slack/render.ts';
import { render as renderSms } from '../../../src/notify/sms/render.ts';
import { statuspageChannel } from '../../../src/notify/statuspage/channel.ts';
import { testMessage } from '../../../src/notify/test-message.ts';
import { type Block, faultsOfBlocks, sizeOfBlocks } from '../../support/fakes/slack/blocks.ts';
import { readView } from '../../support/fakes/slack/view.ts';
import { startStatuspage } from '../../support/fakes/statuspage/statuspage.ts';
import { seenBlocks } from './printed.ts';
import { SCENES, type Scene } from './scenes.ts';
import { at, NOW, view } from './views.ts';

const FOLDER = `${import.meta.dirname}/messages`;
const file = (name: string) => `${FOLDER}/${name}.txt`;
const written = new Set<string>();

async function keeps(name: string, text: string): Promise<void> {
  written.add(`${name}.txt`);
  await expect(text).toMatchFileSnapshot(file(name));
}

/** What a channel makes of a message, as a person reads it; null where it does not take it. */
type Reader = (message: Message, scene: Scene) => string | null | Promise<string | null>;

const READERS: Readonly<Record<'slack' | 'pagerduty' | 'email' | 'sms' | 'statuspage', Reader>> = {
  slack(message, { slack = 'full' }) {
    const mention = message.topic === 'page' ? ['S0ONCALL'] : [];
    const forms = {
      full: () => renderFull(message, mention),
      news: () => renderNews(message),
      answered: () => renderAnswered(message),
    };
    return slackText(forms[slack]());
  },
  pagerduty(message) {
    const action = actionFor(message);
    if (action === null) return null;
    const { payload } = renderPagerduty(message, action, true) as { payload?: Record<string, unknown> };
    if (payload === undefined) return `(${action})`;
    const { summary, severity, custom_details: details } = payload;
    const lines = Object.entries(details as object).map(([name, value]) => `${name}: ${said(value)}`);
    return [`(${action}, ${severity}) ${summary}`, ...lines].join('\n');
  },
  email(message) {
    if (message.topic !== 'page' && !(message.topic === 'end' && message.incident.paged)) return null;
    const { subject, text } = renderMail(message);
    return `Subject: ${subject}\n\n${text}`.trimEnd();
  },
  sms: (message) => (message.topic === 'page' ? renderSms(message) : null),
  async statuspage(message) {
    const fake = await statuspage();
    const channel = statuspageChannel(page(fake.url), { pace: 0 });
    if (!channel.wants(message)) return null;
    const ctx = { signal: new AbortController().signal, ref: null, idempotencyKey: 'x' };
    // What comes after a page finds it there.
    if (message.topic !== 'page')
      await channel.send({ ...message, topic: 'page', incident: { ...message.incident, ackedBy: null } }, ctx);
    const answer = await channel.send(message, ctx);
    expect(answer.kind).toBe('sent');
    const { name, updates, impact } = fake.incidents.at(-1) ?? { name: '', updates: [], impact: '' };
    const last = updates.at(-1);
    await fake.stop();
    return `${name} (${impact})\n${last?.status}: ${last?.body}`;
  },
};

const statuspage = () => startStatuspage({ apiKey: 'key', pageId: 'page1234', components: ['abcd'] });
const page = (url: string) => {
  const show = [{ kinds: ['phone', 'queue'], components: ['abcd'], title: 'Messages are late' }];
  const written = { api_key: new Secret('key', 'test'), page_id: 'page1234', url, show };
  const { statuspage: read } = notifySchema.parse({ statuspage: written });
  if (read === undefined) throw new Error('there is no page');
  return read;
};

/** Slack would refuse what is wrong here; then a person gets a text without any form. */
function slackText(rendered: Rendered): string {
  const { text, blocks } = rendered;
  expect(faultsOfBlocks(blocks, 'message')).toEqual([]);
  expect(sizeOfBlocks(blocks as readonly Block[])).toBeLessThan(13_000);
  expect(text.length).toBeLessThan(4_000);
  return `${seenBlocks(rendered)}\n\n   on a locked phone:\n${text}`;
}

function said(value: unknown): string {
  if (Array.isArray(value)) return value.length === 0 ? '-' : `\n  ${value.map(said).join('\n  ')}`;
  return typeof value === 'object' && value !== null ? JSON.stringify(value) : String(value);
}

/** Topics for which some channel has no scene of its own are found below. */
const seen = new Map<string, Set<Topic>>();

describe('every message about an incident', () => {
  test.each(Object.entries(SCENES))('%s', async (name, scene) => {
    const message = compose(scene.view, scene.topic, NOW);
    expect(message.topic).toBe(scene.topic);
    const parts: string[] = [];
    for (const [channel, read] of Object.entries(READERS)) {
      const text = await read(message, scene);
      if (text === null) continue;
      seen.set(channel, (seen.get(channel) ?? new Set()).add(message.topic));
      parts.push(`======== ${channel}\n${text}`);
    }
    await keeps(name, `${parts.join('\n\n')}\n`);
  });

  test('no channel says something that nobody has read', () => {
    const { absent } = createChannels(notifySchema.parse({}), { production: false });
    expect(Object.keys(READERS)).toEqual(absent.map(({ name }) => name));
    expect(Object.fromEntries([...seen].map(([channel, topics]) => [channel, [...topics].toSorted()]))).toEqual({
      slack: ['ask', 'count', 'end', 'page', 'update'],
      pagerduty: ['end', 'page', 'update'],
      email: ['end', 'page'],
      sms: ['page'],
      statuspage: ['end', 'page', 'update'],
    } satisfies Record<keyof typeof READERS, Topic[]>);
  });
});

/** Whether an incident can be handed to a person with this reason. A new reason does not compile until somebody decides. */
const PAGES: Readonly<Record<Reason, boolean>> = {
  opened: false,
  'test-alert': false,
  unmatched: true,
  'ambiguous-rules': true,
  'match-error': true,
  'params-invalid': true,
  'no-remediation': true,
  'own-alert': true,
  'stale-delivery': false,
  admitted: true,
  'observe-mode': true,
  'propose-mode': false,
  'high-risk': false,
  'approval-required': false,
  demoted: false,
  'breaker-open': false,
  'for-not-reached': false,
  paused: false,
  'target-leased': false,
  cooldown: false,
  budget: false,
  concurrency: false,
  'global-concurrency': false,
  'global-rate': false,
  maintenance: false,
  flapping: false,
  'outside-window': false,
  dependency: false,
  'blast-radius': false,
  'population-unknown': false,
  'population-stale': false,
  'population-empty': false,
  'population-implausible': false,
  storm: false,
  'common-cause': false,
  isolated: false,
  backoff: false,
  silenced: false,
  inhibited: false,
  'source-unreachable': false,
  'guard-error': false,
  'guards-blind': true,
  applied: true,
  noop: false,
  cleared: false,
  held: false,
  recurred: true,
  ineffective: true,
  worse: true,
  failed: true,
  unknown: true,
  'undo-failed': true,
  'handed-over': true,
  'wait-requested': true,
  'remediation-missing': true,
  'plan-stale': true,
  'alert-gone': false,
  'trouble-back': false,
  deadline: true,
  'approval-expired': true,
  'plan-changed': false,
  denied: true,
  approved: false,
  acknowledged: false,
  'ack-lapsed': false,
  'closed-by-person': false,
  'source-resolved': false,
  'cleared-by-itself': false,
  refired: false,
  'trusted-again': false,
};

test('every reason that pages has a message that was read', () => {
  const pages = Object.values(SCENES).filter(({ topic }) => topic === 'page');
  const told = new Set(pages.map(({ view: { incident } }) => incident.reason));
  const wanted = (Object.keys(REASONS) as Reason[]).filter((reason) => PAGES[reason]);
  expect([...told].toSorted()).toEqual(wanted.toSorted());
});

test('the test message', async () => {
  const message = testMessage('high', 'anna', NOW);
  const parts = await Promise.all(
    Object.entries(READERS).map(
      async ([channel, read]) => `======== ${channel}\n${await read(message, { topic: 'page' } as Scene)}`,
    ),
  );
  await keeps('test', `${parts.filter((part) => !part.endsWith('null')).join('\n\n')}\n`);
});

const rotation: Rotation = {
  name: 'oncall',
  zone: 'Europe/Bucharest',
  weekday: 0,
  minute: 5 * 60,
  since: Date.UTC(2026, 1, 22),
  members: [
    { name: 'Anna', slack: 'U0ANNA' },
    { name: 'Bob', slack: 'U0BOB' },
  ],
  overrides: [],
};

const NOTICES: Readonly<Record<string, Notice>> = {
  'notice-hand-over': handOverNotice(
    rotation,
    onDuty(rotation, NOW),
    {
      open: [
        {
          id: 'inc-1kb2f3x-7d0m4qzt',
          rule: 'phone-offline',
          target: 'phone phone_07',
          severity: 'high',
          state: 'escalated',
          reason: 'failed',
          openedAt: at('01:02:30'),
          ackedBy: 'Anna',
        },
        {
          id: 'inc-1kb2f3x-7d0m4qzu',
          rule: 'queue-depth',
          target: 'queue bronze:ingest:csv',
          severity: 'medium',
          state: 'held',
          reason: 'paused',
          openedAt: at('02:02:30'),
          ackedBy: null,
        },
      ],
      pauses: [
        {
          id: 'p',
          scope: 'rule',
          key: 'queue-depth',
          owner: 'Anna (Slack U0ANNA)',
          why: 'load test',
          setAt: at('01:00:00'),
          until: null,
        },
      ],
      runs: [
        { remediation: 'phones/reconnect', outcome: 'held', count: 7 },
        { remediation: 'phones/reconnect', outcome: 'failed', count: 1 },
      ],
      opened: 12,
      paged: 2,
    },
    NOW,
  ),
  'notice-hand-over-quiet': handOverNotice(
    rotation,
    onDuty(rotation, NOW),
    { open: [], pauses: [], runs: [], opened: 0, paged: 0 },
    NOW,
  ),
  'notice-debt': debtNote(
    { rule: 'phone-offline', target: { kind: 'phone', id: 'phone_07' }, heals: 6, lastHealedAt: at('02:08:00') },
    [
      {
        incidentId: 'inc-1kb2f3x-7d0m4qzt',
        remediation: 'phones/reconnect',
        openedAt: at('01:02:30'),
        endedAt: at('01:08:00'),
      },
      {
        incidentId: 'inc-1kb2f3x-7d0m4qzu',
        remediation: 'phones/reconnect',
        openedAt: at('02:02:30'),
        endedAt: at('02:08:00'),
      },
    ],
    7 * 86_400_000,
  ),
  'notice-promotion': promotionNote('phone-offline', 'auto', {
    held: shareOf(48, 50),
    selfCleared: shareOf(4, 50),
  }),
  'notice-demotion': demotionNote(
    'phone-offline',
    'phones/reconnect: 3 runs in a row did not help; its breaker is open since 2026-03-01 02:10 UTC',
  ),
  'notice-flapping': flappingNote(
    { rule: 'phone-offline', target: { kind: 'phone', id: 'phone_07' }, changes: [at('01:10:00'), at('01:20:00')] },
    at('01:00:00'),
    { changes: 8, within: 1_800_000 },
    NOW,
  ),
  'notice-rejected': rejectedNotice([
    { source: 'grafana', why: 'it is no JSON', count: 12, last: at('03:06:00') },
    { source: 'alertmanager', why: "'alerts' is missing", count: 1, last: at('02:40:00') },
  ]),
};

test.each(Object.entries(NOTICES))('%s', async (name, notice) => {
  const { title, lines } = notice;
  await keeps(
    name,
    `======== slack\n${slackText(renderNotice(notice))}\n\n======== email\nSubject: ${title}\n\n${lines.join('\n')}\n`,
  );
});

const note = {
  at: at('03:10:00'),
  type: 'noted',
  reason: null,
  summary: 'Ana noted',
  data: { about: 'cause', text: 'the carrier dropped the SIM', by: 'Ana', via: 'Slack' },
};
const taken = { ackedBy: 'Ana', ackedAt: at('03:05:00') };
const REMARKS: Readonly<Record<string, Remark>> = {
  'remark-reminder': reminder(view(), 1_800_000, NOW),
  'remark-reminder-taken': reminder(view(taken, { timeline: [note] }), 1_800_000, NOW),
  'remark-noted': noted({ about: 'cause', text: 'the carrier dropped the SIM', by: 'Ana' } as NotedEntry),
  'remark-post-mortem': postMortemReminder(view({ state: 'healed', reason: 'held', endedAt: NOW }), NOW + 86_400_000),
};

test.each(Object.entries(REMARKS))('%s', async (name, remark) => {
  await keeps(name, `======== slack\n${slackText(renderRemark(remark, ['U0ANNA']))}\n`);
});

test('the form that asks why', async () => {
  const form = denialForm('apr-1', 'C0INCIDENTS');
  expect(readView(form)).not.toHaveProperty('error');
  const { title, submit, close, blocks } = form as unknown as {
    title: T;
    submit: T;
    close: T;
    blocks: readonly { text?: T; label?: T }[];
  };
  type T = { readonly text: string };
  const lines = blocks.map(({ text, label }) => text?.text ?? `${label?.text} [            ]`);
  await keeps('denial-form', `# ${title.text}\n\n${lines.join('\n\n')}\n\n[ ${close.text} ] [ ${submit.text} ]\n`);
});

test('every answer to an answer', async () => {
  const plan = {
    remediation: 'queues/drain',
    params: { queue: 'bronze' },
    target: { kind: 'queue', id: 'bronze' },
    ruleHash: 'one',
  };
  const approval = {
    id: 'apr-1',
    incidentId: 'inc-1',
    remediation: 'queues/drain',
    planHash: 'another',
    plan: { ...plan, params: { queue: 'silver' } },
    askedOf: 'oncall',
    needs: 2,
    askedAt: NOW - 1,
    expiresAt: NOW + 1,
    decidedAt: null,
    decision: null,
  } as const;
  const ana = { person: 'U1', name: 'Ana', answer: 'approve', why: null, at: NOW } as const;
  const judged = (
    change: object,
    {
      membership = { kind: 'member' } as Membership,
      answers = [] as readonly object[],
      again = false,
      state = 'approving',
      planNow = { plan } as object,
    } = {},
  ) => {
    const question = {
      approval: { ...approval, ...change },
      answers,
      incident: { state, approvalId: 'apr-1' },
      group: 'oncall',
    };
    const found = judgeAnswer(question as never, { ...ana, again }, membership, planNow as never, NOW);
    return 'say' in found ? found.say : JSON.stringify(found);
  };
  const bob = { ...ana, person: 'U2', name: 'Bob' };
  const all: Readonly<Record<string, string>> = {
    stranger: judged({}, { membership: { kind: 'stranger', onCall: [] } }),
    'not on call': judged({}, { membership: { kind: 'stranger', onCall: ['Anna', 'Bob'] } }),
    'no approver': judged({}, { membership: { kind: 'nobody' } }),
    'not sure': judged(
      {},
      { membership: { kind: 'unsure', why: 'the user group S0ONCALL could not be read (ratelimited)' } },
    ),
    replayed: judged({}, { again: true }),
    repeated: judged({}, { answers: [ana] }),
    expired: judged({ decision: 'expired' }),
    approved: judged({ decision: 'approved' }, { answers: [bob] }),
    denied: judged({ decision: 'denied' }, { answers: [{ ...bob, answer: 'deny' as never }] }),
    anew: judged({ decision: 'void' }),
    over: judged({}, { state: 'escalated' }),
    'over, closed': judged({}, { state: 'closed' }),
    changed: judged({}),
    'changed, gone': judged({}, { planNow: { why: "the rule 'queue-depth' is gone" } }),
  };
  await keeps(
    'answers',
    `${Object.entries(all)
      .map(([what, text]) => `${what}:\n  ${text}`)
      .join('\n')}\n`,
  );
});

test('every command that cannot be done as it was typed, and the help', async () => {
  const typed = [
    'paus',
    'dance',
    'pause phone-oflfine',
    'resume nothing-like-it',
    'ack',
    'why 17',
    'hold phone_07 2h',
    'hold phone:phone_07 soon',
    'emergency-stop',
    `pause ${'x'.repeat(400)}`,
  ];
  const lines = typed.map((text) => {
    const read = parseCommand(text, ['phone-offline', 'queue-depth']);
    return `/remedyd ${text.slice(0, 60)}\n  ${read.kind === 'wrong' ? read.say : `(${JSON.stringify(read)})`}`;
  });
  await keeps('commands', `/remedyd help\n  ${helpLines().join('\n  ')}\n${lines.join('\n')}\n`);
});

afterAll(() => {
  // A file that nobody writes any more tells of something that nobody says any more.
  expect(readdirSync(FOLDER).filter((name) => !written.has(name))).toEqual([]);
});
