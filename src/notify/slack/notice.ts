import type { Notice } from '../notice.ts';
import { cleanLine } from '../say/clean.ts';
import { inert, mark, mrkdwn } from './mrkdwn.ts';
import type { Rendered } from './render.ts';

/** As much as one section of Slack takes. */
const MOST = 3_000;

/** News for the team. What stands in it comes from strangers' webhooks, so nothing of it may mention anybody. */
export function renderNotice({ title, lines }: Notice): Rendered {
  const items = lines.map((line) => `• ${inert(cleanLine(line, 250))}`);
  const text = [mark({ bold: title }), ...items].join('\n').slice(0, MOST);
  return { text: inert(title), blocks: [{ type: 'section', text: mrkdwn(text) }] };
}
