import { expect, onTestFinished, test } from 'vitest';
import { type Clock, systemClock } from '../../../src/domain/time.ts';
import { personAt } from '../../support/fakes/slack/person.ts';
import { SIGNING_SECRET, startEngine } from '../engine/engine.ts';

const MINUTE = 60_000;

/** The machine's clock, moved ahead by hand. */
function movableClock(): Clock & { forward(minutes: number): void } {
  let ahead = 0;
  return {
    now: () => systemClock.now() + ahead,
    sleep: systemClock.sleep,
    forward(minutes) {
      ahead += minutes * MINUTE;
    },
  };
}

test('one night in Slack: a page, a press, a reminder, notes, the end, and the report as a file, in one thread', async () => {
  const clock = movableClock();
  const world = await startEngine({
    rules: 'rules: []\n',
    clock,
    config: { escalation: { ack_for: '2h' }, people: { oncall: { users: ['U0ANA'] } } },
  });
  onTestFinished(() => world[Symbol.asyncDispose]());
  const { daemon, slack } = world;
  const now = () => Math.floor(clock.now() / 1_000);
  const ana = personAt(slack, { id: 'U0ANA', name: 'ana', signingSecret: SIGNING_SECRET, to: daemon.address, now });
  const event = { name: 'thing:strange', severity: 'HIGH', labels: { thing: 'cup' } };
  const texts = () => slack.messages('C0INCIDENTS').map(({ text }) => text);
  const seen = (words: string) => slack.until(() => texts().find((text) => text.includes(words)), 20_000);

  await daemon.event({ ...event, status: 'firing' });
  const page = await slack.until(() => slack.messages('C0INCIDENTS')[0], 20_000);
  const { id } = await daemon.until('the incident', async () => (await daemon.incidents('state=escalated'))[0]);
  await ana.press(page, 'take');
  await seen('ana has it');
  clock.forward(30);
  expect(await seen('An update is due')).toContain('<@U0ANA>');
  const eve = personAt(slack, { id: 'U0EVE', name: 'eve', signingSecret: SIGNING_SECRET, to: daemon.address, now });
  await eve.command('/remedyd', `note ${id} cause: it was ana`);
  await slack.until(() => JSON.stringify(slack.responses).includes("Only 'oncall' may do this"), 20_000);
  await ana.command('/remedyd', `note ${id} cause: the handle came off`);
  await seen('ana noted');
  await ana.command('/remedyd', `note ${id} fix: glued it`);
  await seen('glued it');
  await daemon.event({ ...event, status: 'resolved' });
  const file = await slack.until(() => slack.files[0], 20_000);

  expect(file).toMatchObject({ channel: 'C0INCIDENTS', thread_ts: page.ts, name: `${id}.md` });
  for (const line of [
    `# Incident Report: ${id}`,
    '- **Status:** Resolved (`closed`)',
    '- **Who had it:** ana',
    '- the handle came off – ana',
    '- glued it – ana',
    'is whole: nothing was changed afterwards.',
    'Write the post-mortem by',
  ])
    expect(file.text).toContain(line);
  const [, ...replies] = slack.messages('C0INCIDENTS');
  expect(replies.every(({ thread_ts, reply_broadcast }) => thread_ts === page.ts && !reply_broadcast)).toBe(true);
  const words = ['An update is due', 'the handle came off', 'glued it', 'Over: ', 'Incident report', 'has it'];
  expect(replies.map(({ text }) => words.find((one) => text.includes(one)))).toEqual([words[5], ...words.slice(0, 5)]);
  const topics = async () =>
    (await daemon.incident(id)).timeline
      .filter(({ type, data }) => type === 'noted' || (type === 'told' && /reminder|report/.test(String(data.topic))))
      .map(({ type, data }) => data.topic ?? type);
  await daemon.until('the end of the history', async () => (await topics()).includes('report'));
  expect(await topics()).toEqual(['reminder', 'noted', 'noted', 'report']);
}, 90_000);
