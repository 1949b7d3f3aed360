import type { Message } from '../message.ts';
import { clockTime } from '../say/when.ts';
import { type Actions, answerButtons, TAKE_TEXT, takeButton } from './buttons.ts';
import type { SlackConfig } from './config.ts';
import { block, lines, mark, mrkdwn, type Part, plainText } from './mrkdwn.ts';

type Text = ReturnType<typeof mrkdwn> | ReturnType<typeof plainText>;

/** As much of Block Kit as is used here. */
export type Block =
  | { readonly type: 'header'; readonly text: Text }
  | { readonly type: 'section'; readonly text: Text }
  | { readonly type: 'context'; readonly elements: readonly Text[] }
  | Actions;

export interface Rendered {
  /** What a phone shows before it is unlocked, and all there is where the blocks are refused. */
  readonly text: string;
  readonly blocks: readonly Block[];
}

/**
 * Room for each part, in characters of markup. Slack takes 3,000 for a section and, as far as anybody knows, about
 * 13,200 for all blocks together; this sums up to less than 12,000 whatever the content.
 */
const ROOM = {
  mention: 300,
  notes: 500,
  broke: 1_500,
  now: 500,
  approval: 1_500,
  answered: 700,
  next: 1_500,
  tried: 1_700,
  seen: 1_700,
  alerts: 1_000,
  footer: 1_000,
} as const;

const FALLBACK = 2_500;

/** Which buttons lead anywhere. */
export interface Buttons {
  readonly answer: boolean;
  readonly take: boolean;
}

/** Everything that is known: for the head of the thread, and for what people have to act on. */
export function renderFull(
  message: Message,
  mention: SlackConfig['mention'] = [],
  buttons: Buttons = { answer: true, take: true },
): Rendered {
  const call = message.topic === 'page' ? mention.map(mentioned).join(' ').slice(0, ROOM.mention) : '';
  const { notes, broke, approval, answered, next, tried, seen } = message;
  const takes = buttons.take ? takeButton(message) : [];
  return {
    text: [call, fallback(message)].filter(Boolean).join(' '),
    blocks: [
      { type: 'header', text: plainText(message.headline, 150) },
      ...(call === '' ? [] : [{ type: 'section', text: mrkdwn(call) } as const]),
      ...section(
        null,
        notes.map((note) => [{ bold: 'Note:' }, ` ${note}`]),
        ROOM.notes,
      ),
      ...section(
        'What broke',
        broke.map((line) => [line]),
        ROOM.broke,
      ),
      ...section('Now', [[message.now], ['Why: ', message.why]], ROOM.now),
      ...(approval === null
        ? []
        : section(
            'The plan',
            [
              [{ code: approval.remediation }, ` (risk: ${approval.risk})`],
              // Who may answer first: this is what must not be cut off.
              ...approval.answers.map((line): readonly Part[] => [{ bold: line }]),
              ...approval.plan.map((line) => [line]),
              ...(approval.guards === '' ? [] : [[`Guardrails: ${approval.guards}`]]),
            ],
            ROOM.approval,
          )),
      ...(answered === null ? [] : section('The question', question(answered), ROOM.answered)),
      ...section(
        'What to do next',
        next.map((line, index) => [`${index + 1}. `, ...step(line, message, takes)]),
        ROOM.next,
      ),
      ...(buttons.answer ? answerButtons(message) : []),
      ...takes,
      ...section('What was tried', tried.length === 0 ? [['Nothing.']] : tried.flatMap(run), ROOM.tried),
      ...(seen.length === 0 ? [] : [titled('What was seen', block(newestFirst(seen), ROOM.seen))]),
      ...section('Alerts', alertLines(message), ROOM.alerts),
      footer(message),
    ],
  };
}

/** What is new, for a thread whose head already tells the rest. */
export function renderNews(message: Message): Rendered {
  const { notes, history, tried, topic } = message;
  const last = topic === 'end' ? history.slice(-6) : history.slice(-3);
  return {
    text: fallback(message),
    blocks: [
      ...section(null, [[{ bold: message.headline }], ...notes.map((note) => [note])], ROOM.notes),
      ...section(null, [[message.now], [message.why]], ROOM.now),
      ...(topic === 'end'
        ? section(
            'What was tried',
            tried.map(({ line }) => [line]),
            ROOM.tried,
          )
        : []),
      ...section(
        'What happened',
        last.map((line) => [line]),
        ROOM.seen,
      ),
      ...section(
        'What to do next',
        message.next.map((line) => linked(line, message)),
        ROOM.next,
      ),
    ],
  };
}

/** A question that is no longer open: who decided, and how it stands by now. */
export function renderAnswered(message: Message): Rendered {
  const { answered, tried } = message;
  return {
    text: fallback(message),
    blocks: [
      ...section(null, [[{ bold: message.headline }]], ROOM.notes),
      ...section(
        'The question',
        answered === null ? [['It was asked anew since.']] : question(answered),
        ROOM.answered,
      ),
      ...section('What came of it', [[message.now], [message.why]], ROOM.now),
      ...section(
        'What was tried',
        tried.map(({ line }) => [line]),
        ROOM.tried,
      ),
      footer(message),
    ],
  };
}

function question({ remediation, lines }: NonNullable<Message['answered']>): readonly (readonly Part[])[] {
  return [[{ code: remediation }], ...lines.map((line) => [line])];
}

function section(title: string | null, content: readonly (readonly Part[])[], room: number): readonly Block[] {
  if (content.length === 0) return [];
  const text = lines(content, room);
  return text.trim() === '' ? [] : [titled(title, text)];
}

function titled(title: string | null, text: string): Block {
  return { type: 'section', text: mrkdwn(title === null ? text : `${mark({ bold: title })}\n${text}`) };
}

function run({ line, steps }: Message['tried'][number]): readonly (readonly Part[])[] {
  return [[line], ...steps.map((step) => [`      ${step}`])];
}

function alertLines({ alerts, moreAlerts }: Message): readonly (readonly Part[])[] {
  const listed = alerts.map(({ name, status, labels, moreLabels }): readonly Part[] => {
    const pairs = Object.entries(labels).flatMap(([label, value]): readonly Part[] => [
      ' ',
      { code: `${label}=${value}` },
    ]);
    return [{ bold: name }, ` ${status}`, ...pairs, ...(moreLabels > 0 ? [` and ${moreLabels} more labels`] : [])];
  });
  return moreAlerts > 0 ? [...listed, [`and ${moreAlerts} more alerts`]] : listed;
}

function footer({ incident, at, statusUrl, runbook, next }: Message): Block {
  const facts: readonly Part[] = [
    { code: incident.id },
    ` rule ${incident.rule}, opened ${clockTime(incident.openedAt, at)}`,
  ];
  const status: readonly Part[] =
    statusUrl === null
      ? linked(`Everything about it: remedyd report ${incident.id}`, { runbook: null })
      : [{ link: statusUrl, text: 'Everything about it' }];
  const isNamed = runbook !== null && next.some((line) => line.endsWith(runbook));
  const book: readonly Part[] = runbook === null || isNamed ? [] : linked(`Runbook: ${runbook}`, { runbook });
  const all = [facts, status, book].filter((parts) => parts.length > 0);
  return { type: 'context', elements: [mrkdwn(lines(all, ROOM.footer))] };
}

/** Where there is a button for it, nobody types a command on a phone. */
function step(line: string, message: Message, takes: readonly Actions[]): readonly Part[] {
  return takes.length > 0 && line.endsWith(`remedyd ack ${message.incident.id}`)
    ? [`Press '${TAKE_TEXT}' below, so that nobody else is woken.`]
    : linked(line, message);
}

/** Makes the runbook's URL at the end of a line a link, and a command there easy to copy. */
function linked(line: string, { runbook }: Pick<Message, 'runbook'>): readonly Part[] {
  const command = /^(.*: )(remedyd [\w ./:@-]+)$/.exec(line);
  if (command?.[1] !== undefined && command[2] !== undefined) return [command[1], { code: command[2] }];
  if (runbook === null || !/^https?:/.test(runbook) || !line.endsWith(runbook)) return [line];
  return [line.slice(0, -runbook.length), { link: runbook, text: 'runbook' }];
}

function newestFirst(seen: readonly string[]): readonly string[] {
  return seen.toReversed();
}

function fallback({ topic, headline, broke, now, next, notes }: Message): string {
  // At the end, what broke is over, and on a locked phone it would read as news.
  const what = topic === 'end' ? [] : broke.slice(0, 1);
  return lines([[headline], ...[...notes, ...what, now, ...next].map((line) => [line])], FALLBACK);
}

/** A user, a group, or whoever is there. */
export function mentioned(who: string): string {
  if (who === 'here' || who === 'channel') return `<!${who}>`;
  return who.startsWith('S') ? `<!subteam^${who}>` : `<@${who}>`;
}
