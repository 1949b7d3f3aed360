import type { Remark } from '../remark.ts';
import { cleanLine } from '../say/clean.ts';
import { lines, mark, mrkdwn, type Part } from './mrkdwn.ts';
import { mentioned, type Rendered } from './render.ts';

/** As much as a section of Slack takes, with room for whom it is for. */
const MOST = 2_500;

/** What is said in a thread only. The commands in it are easy to copy. */
export function renderRemark({ title, lines: said }: Remark, mention: readonly string[] = []): Rendered {
  const call = mention.map(mentioned).join(' ').slice(0, 200);
  const clean = said.map((line) => cleanLine(line, 1_200));
  const body = lines([[{ bold: cleanLine(title, 300) }], ...clean.map(copyable)], MOST);
  const text = [call, mark(cleanLine(title, 300)), ...clean.map((line) => mark(line))].filter(Boolean).join(' ');
  return {
    text: text.slice(0, MOST),
    blocks: [{ type: 'section', text: mrkdwn([call, body].filter(Boolean).join('\n')) }],
  };
}

/** A command at the end of a line, or before the end of its sentence, is code. */
function copyable(line: string): readonly Part[] {
  const found = /^(.*?: )(\/?remedyd (?:ack|note|report) inc-[0-9a-z-]+(?: post-mortem:)?)(.*)$/.exec(line);
  if (found === null) return [line];
  const [, before = '', command = '', after = ''] = found;
  return [before, { code: command }, ...(after === '' ? [] : [after])];
}
