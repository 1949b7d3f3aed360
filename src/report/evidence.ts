import type { Json } from '../domain/json.ts';
import { cleanLine, plain } from '../notify/say/clean.ts';
import type { AlertView } from '../notify/view.ts';
import { code, fence, text } from './markdown.ts';
import { clockFor, stamp } from './say-when.ts';
import type { ReportView } from './view.ts';

const ALERTS = 20;
const NAMES = 20;
const LABELS = 20;
const LABEL = 200;
/** More of a label than this is not looked at: putting megabytes together for one line takes its time. */
const LOOKED_AT = 20_000;
const LINES = 60;
const LINE = 700;

/** Names under which authors of alerts put the sentence that says what is wrong. */
const SENTENCES = ['summary', 'description', 'message', 'title'];

/** What the sources told, and what was seen by looking. */
export function evidenceSection(view: ReportView): readonly string[] {
  const { alertCount, alertNames, alerts, evidence, incident } = view;
  const more = `\`remedyd report ${incident.id} --json\` has more`;
  const names = alertNames
    .slice(0, NAMES)
    .map(({ name, count, firing }) => `${code(name, 100)} ${count} (${firing} firing)`);
  const otherNames = alertNames.length - NAMES;
  const shown = alerts.slice(0, ALERTS);
  const seen = evidence.slice(-LINES);
  const clock = clockFor(seen.map(({ at }) => at));
  const lines = seen.map(({ at, from, data }) => {
    const said = plain(unwrapped(data), LINE);
    return `${clock(at)} ${cleanLine(from, 100)}: ${said === '' ? 'nothing' : said}`;
  });
  return [
    '## Evidence',
    '',
    '### Alerts',
    '',
    `${alertCount} in all: ${names.join(', ') || 'none'}${otherNames > 0 ? ` and ${otherNames} more names` : ''}.`,
    '',
    ...shown.map(alertLine),
    ...(alertCount > shown.length ? [`- … and ${alertCount - shown.length} more; ${more}`] : []),
    '',
    '### What was seen',
    '',
    ...(evidence.length > lines.length
      ? [`${evidence.length - lines.length} earlier findings are left out; ${more}.`, '']
      : []),
    lines.length === 0 ? 'Nothing was looked at.' : fence(lines, LINE + 150),
  ];
}

function alertLine({ source, status, name, labels, annotations, startsAt }: AlertView): string {
  const pairs = Object.entries(labels);
  const shown = pairs.slice(0, LABELS).map(([label, value]) => code(`${label}=${value.slice(0, LOOKED_AT)}`, LABEL));
  const more = pairs.length > LABELS ? ` and ${pairs.length - LABELS} more labels` : '';
  const key = SENTENCES.find((one) => annotations[one]?.trim());
  const sentence = key === undefined ? '' : ` – ${text(annotations[key] ?? '', 500)}`;
  const since = startsAt === null ? '' : `, since ${stamp(startsAt)}`;
  return `- **${text(name, 200)}** ${status}, from ${text(source, 40)}${since}${sentence}. ${shown.join(' ')}${more}`.trimEnd();
}

/** `result: …` says nothing that the step's name does not. */
function unwrapped(data: ReportView['evidence'][number]['data']): Json {
  return Object.keys(data).length === 1 && data.result !== undefined ? data.result : data;
}
