import fc from 'fast-check';
import { expect, test } from 'vitest';
import { compose } from '../../../src/notify/compose.ts';
import type { Message } from '../../../src/notify/message.ts';
import { type Rendered, renderAnswered, renderFull, renderNews } from '../../../src/notify/slack/render.ts';
import type { IncidentView } from '../../../src/notify/view.ts';
import { type Block, faultsOfBlocks, sizeOfBlocks } from '../../support/fakes/slack/blocks.ts';
import { NASTY } from './nasty.ts';
import { failedRun, NOW, phoneAlert, view } from './views.ts';

const words = fc.oneof(fc.constantFrom(...NASTY), fc.string({ unit: 'binary', maxLength: 5_000 }));
const json = fc.oneof(words, fc.integer(), fc.constant(null), fc.array(words, { maxLength: 30 }));
const pairs = fc.dictionary(words, words, { maxKeys: 40 });
const topics = fc.constantFrom('page', 'ask', 'update', 'end');

const views: fc.Arbitrary<IncidentView> = fc
  .record({
    id: words,
    kind: words,
    rule: words,
    texts: fc.array(words, { maxLength: 40 }),
    labels: pairs,
    name: words,
    value: json,
  })
  .map(({ id, kind, rule, texts, labels, name, value }) =>
    view(
      { rule, target: { kind, id }, state: 'approving', ackedBy: name },
      {
        rule: { description: name, runbook: texts[0] ?? null },
        alerts: texts.map((text) => ({
          ...phoneAlert,
          name,
          labels,
          annotations: { ...labels, summary: text, runbook_url: text },
        })),
        runs: texts.map((text) => ({
          ...failedRun,
          remediation: name,
          steps: texts.map((step) => ({ name: step, phase: 'failed' as const, result: value, error: text })),
        })),
        timeline: texts.map((text) => ({ at: NOW, type: name, reason: null, summary: text, data: {} })),
        evidence: texts.map((text) => ({ at: NOW, from: name, data: { [text]: value } })),
        approval: {
          id: 'apr-1',
          remediation: name,
          summary: name,
          risk: name,
          params: labels,
          from: name,
          onCall: null,
          needs: 1,
          target: { kind, id },
          guards: texts.map((text) => ({ guard: text, ok: true, numbers: { [text]: value, waitMs: 5 } })),
          decision: null,
          decidedAt: null,
          answers: texts.map((text) => ({ name: text, answer: 'approve' as const, why: text, at: NOW })),
          expiresAt: NOW,
        },
        notes: texts,
      },
    ),
  );

const MENTION = ['here', 'S0ONCALL', 'U0ANA'];
const OWN_HOSTS = ['remedyd.example.com', 'git.example.com', 'example.com'];
const OWN_MENTIONS = ['<!here>', '<!subteam^S0ONCALL>', '<@U0ANA>'];

/** Everything Slack refuses, and everything that would let a stranger speak with our voice. */
function faults({ text, blocks }: Rendered): readonly string[] {
  const own = OWN_MENTIONS.reduce(
    (rest, mention) => rest.replaceAll(mention, ''),
    `${text}\n${JSON.stringify(blocks)}`,
  );
  return [
    ...faultsOfBlocks(blocks, 'message'),
    ...(sizeOfBlocks(blocks as readonly Block[]) > 13_000 ? ['the blocks are too long'] : []),
    ...(text === '' || text.length > 4_000 ? ['the text is empty or too long'] : []),
    ...(/<[!@#]/.test(own) ? ['it mentions somebody'] : []),
    ...[...own.matchAll(/<(https?:[^|>]*)\|/g)]
      .filter(([, url]) => !OWN_HOSTS.includes(new URL(url ?? '').host))
      .map(([link]) => `it links for a stranger: ${link}`),
    ...(/[\p{Bidi_Control}\u2028]|[^\P{Cc}\n]/u.test(own) ? ['it holds characters that nobody sees'] : []),
    ...(own.isWellFormed() ? [] : ['it holds half a character']),
    ...unbalanced(blocks),
  ];
}

/** A code block or a span that a stranger closed, or left open. */
function unbalanced(blocks: Rendered['blocks']): readonly string[] {
  const texts = blocks.flatMap((block) => (block.type === 'section' ? [block.text.text] : []));
  return texts.filter((text) => (text.match(/`/g) ?? []).length % 2 === 1).map((text) => `open code in: ${text}`);
}

function everyForm(message: Message): readonly Rendered[] {
  return [
    renderFull(message, MENTION),
    renderFull(message, [], { answer: false, take: false }),
    renderNews(message),
    renderAnswered(message),
  ];
}

test('whatever an alert says, Slack takes the message and a stranger speaks only as a stranger', () => {
  fc.assert(
    fc.property(views, topics, (incident, topic) => {
      for (const rendered of everyForm(compose(incident, topic, NOW))) expect(faults(rendered)).toEqual([]);
    }),
    { numRuns: 60 },
  );
});

test.each(NASTY.map((text) => [text.slice(0, 40), text]))('everywhere: %j', (_, text) => {
  const labels = Object.fromEntries(
    Array.from({ length: 10_000 }, (__, index) => [`${text.slice(0, 50)}${index}`, text]),
  );
  const alert = { ...phoneAlert, name: text, labels, annotations: { summary: text.repeat(100), description: text } };
  const incident = view(
    { rule: text, target: { kind: text, id: text }, ackedBy: text },
    { alerts: Array.from({ length: 50 }, () => alert), notes: [text], rule: { description: text, runbook: text } },
  );
  for (const topic of ['page', 'end'] as const) {
    for (const rendered of everyForm(compose(incident, topic, NOW))) expect(faults(rendered)).toEqual([]);
  }
});

test('an annotation of a megabyte is cut, and where to read the rest is said', () => {
  const alert = { ...phoneAlert, annotations: { summary: 'word '.repeat(200_000) } };
  const rendered = renderFull(compose(view({}, { alerts: [alert] }), 'page', NOW));
  expect(faults(rendered)).toEqual([]);
  expect(JSON.stringify(rendered.blocks)).toContain('https://remedyd.example.com/api/incidents/inc-1kb2f3x-7d0m4qzt');
});

test('a message that nobody has bounded still fits', () => {
  const long = 'x<&'.repeat(20_000);
  const message = compose(view(), 'page', NOW);
  const unbounded: Message = {
    ...message,
    headline: long,
    broke: [long, long],
    now: long,
    why: long,
    next: Array.from({ length: 500 }, () => long),
    seen: Array.from({ length: 500 }, () => long),
    notes: [long],
    runbook: `https://example.com/${'&'.repeat(5_000)}`,
  };
  for (const rendered of everyForm(unbounded)) expect(faults(rendered)).toEqual([]);
});
