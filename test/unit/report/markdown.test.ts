import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { code, fence, table, text } from '../../../src/report/markdown.ts';
import { writeReport } from '../../../src/report/write.ts';
import { NASTY } from '../notify/nasty.ts';
import { at } from '../notify/views.ts';
import { reportView } from './reports.ts';

describe('words of strangers', () => {
  test.each([
    ['a pipe', 'a | b', 'a &#124; b'],
    ['HTML', '<img src=x onerror=alert(1)>', '&lt;img src=x onerror=alert(1)&gt;'],
    ['an entity', '&#60;b&#62;', '&amp;#60;b&amp;#62;'],
    ['a link', '[click](javascript:alert)', '\\[click\\](javascript:alert)'],
    ['a picture', '![x](y)', '!\\[x\\](y)'],
    ['a link by address', 'see https://evil.example.com/x now', 'see `https://evil.example.com/x` now'],
    ['a host', 'www.evil.example.com', '`www.evil.example.com`'],
    ['a mention', '@channel ana@example.com', '`@channel` `ana@example.com`'],
    ['formatting', '**bold** __x__ ~~gone~~', '\\*\\*bold\\*\\* \\_\\_x\\_\\_ \\~\\~gone\\~\\~'],
    ['code', '`rm -rf`', '\\`rm -rf\\`'],
    ['a heading', '# Incident resolved', '\\# Incident resolved'],
    ['a list', '- [x] done', '\\- \\[x\\] done'],
    ['a number', '1. first', '1\\. first'],
    ['a quotation', '> said', '&gt; said'],
    ['a rule', '---', '\\---'],
    ['several lines', 'a\n\n# b', 'a # b'],
    ['a backslash', 'a\\|b', 'a\\\\&#124;b'],
    ['what turns the direction', 'a\u202egpj.exe', 'agpj.exe'],
    ['control characters', 'a\u0007\u001b[31mb', 'a\\[31mb'],
    ['a name that is to be copied', 'phone_07', 'phone_07'],
  ])('%s', (_, given, shown) => {
    expect(text(given, 500)).toBe(shown);
  });
});

/** Cells of a row, as GitHub's markdown cuts it: at every `|` that no backslash stands before. */
const cellsOf = (line: string) => line.split(/(?<!\\)\|/).slice(1, -1);

/** What is left where nothing is read as markup: without code, and without escaped characters. */
const bare = (markdown: string) => markdown.replace(/\\[!-/:-@[-`{-~]|`[^`]*`/g, '');

const ACTIVE = [
  /</,
  /\[/,
  /]/,
  />/,
  /\*/,
  /`/,
  /~/,
  /https?:/i,
  /:\/\//,
  /www\./i,
  /@/,
  /[\p{Bidi_Control}]/u,
  /\p{Cc}/u,
];

const words = fc.oneof(
  fc.constantFrom(...NASTY),
  fc.string({ unit: 'binary', maxLength: 80 }),
  fc
    .array(
      fc.constantFrom(
        '|',
        '\\',
        '`',
        '``',
        '[',
        ']',
        '(',
        ')',
        '!',
        '<',
        '>',
        '&',
        '#',
        '-',
        '1.',
        '@',
        '_',
        '*',
        '~',
        '\n',
        ' ',
        'a',
        'http://x',
        'www.x.y',
        '\u202e',
        '&lt;',
        '&#124;',
      ),
      { maxLength: 25 },
    )
    .map((parts) => parts.join('')),
);

test('no text leaves its cell, or becomes a link, a picture, HTML or a mention', () => {
  fc.assert(
    fc.property(words, words, (one, two) => {
      const [, , line = ''] = table(['a', 'b', 'c'], [[text(one, 300), code(two, 300), text(two, 300)]]);
      expect(line).not.toContain('\n');
      expect(cellsOf(line)).toHaveLength(3);
      const [first = '', , last = ''] = cellsOf(line);
      for (const cell of [first, last]) for (const active of ACTIVE) expect(bare(cell)).not.toMatch(active);
    }),
    { numRuns: 500 },
  );
});

test('nothing ends a block before its end', () => {
  fc.assert(
    fc.property(fc.array(words, { maxLength: 5 }), (lines) => {
      const all = fence(lines, 300).split('\n');
      const mark = /^`+/.exec(all[0] ?? '')?.[0] ?? '';
      expect(mark.length).toBeGreaterThan(2);
      const inner = all.slice(1, -1);
      expect(inner.filter((line) => line.trimStart().startsWith(mark))).toEqual([]);
      expect(all.at(-1)).toBe(mark);
    }),
  );
});

test('whatever an alert says, the report keeps its headings and the columns of its tables', () => {
  const headings = (report: string) => report.match(/^#.*$/gm);
  const [alert] = reportView().alerts;
  if (alert === undefined) throw new Error('there is no alert');
  const expected = headings(writeReport(reportView(), at('03:40:00')))?.filter((line) => !line.includes('`'));
  fc.assert(
    fc.property(words, (word) => {
      const timeline = [{ at: at('03:02:30'), type: 'opened', reason: null, summary: word, data: { source: word } }];
      const alerts = [{ ...alert, name: word, labels: { [word]: word }, annotations: { summary: word } }];
      const names = [{ name: word, count: 1, firing: 1 }];
      const report = writeReport(
        reportView({ target: { kind: word, id: word }, rule: word }, { timeline, alerts, alertNames: names }),
        at('03:40:00'),
      );
      expect(headings(report)?.filter((line) => !line.includes('`'))).toEqual(expected);
      const rows = report.split('\n').filter((line) => line.startsWith('| 03:02:30'));
      expect(rows.map((row) => cellsOf(row).length)).toEqual([3]);
    }),
    { numRuns: 100 },
  );
});
