import { expect, test } from 'vitest';
import { takeOver } from '../../../src/approve/acknowledge.ts';
import { noteOn } from '../../../src/approve/note.ts';
import { Secret } from '../../../src/config/secret.ts';
import { readNote } from '../../../src/domain/note.ts';
import { escalationSchema } from '../../../src/escalate/config.ts';
import { remarkRowDue } from '../../../src/escalate/remark.ts';
import { rotationOf } from '../../../src/escalate/rotation-config.ts';
import type { Channel } from '../../../src/notify/channel.ts';
import { slackChannel } from '../../../src/notify/slack/channel.ts';
import { channelStates } from '../../../src/store/channels.ts';
import { findRow } from '../../../src/store/outbox.ts';
import { type SlackWorld, startSlack } from '../../support/fakes/slack/slack.ts';
import { openNight } from '../notify/night.ts';
import { openOne } from '../store/store.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

async function openWorld(world: SlackWorld = {}, uploadHosts: readonly string[] = ['127.0.0.1']) {
  const slack = await startSlack({ token: 'xoxb-test', ...world });
  const channel = slackChannel({
    token: new Secret('xoxb-test', 'test'),
    api_url: slack.apiUrl,
    channels: { default: 'C0INCIDENTS' },
    mention: [],
    allow: {},
    response_hosts: ['127.0.0.1'],
    upload_hosts: [...uploadHosts],
  });
  const night = await openNight({ channels: [channel] });
  /** What the thread says, oldest first. */
  const thread = () => slack.messages('C0INCIDENTS').map(({ text }) => text);
  return {
    slack,
    night,
    thread,
    replies: (about: string) => thread().filter((line) => line.includes(about)),
    takes: (id: string, by: string, person: string | null = null) =>
      night.db.transaction((sql) => takeOver(sql, id, by, 'Slack', night.now(), person)),
    async notes(id: string, words: string) {
      const note = readNote(words);
      if (note === null) throw new Error('nothing is said');
      const who = { by: 'Ana', via: 'Slack', person: 'U0ANA' };
      await night.db.transaction((sql) => noteOn(sql, id, note, who, night.now()));
    },
    heals: (id: string) => night.happens(id, { type: 'alerts-resolved' }),
    async [Symbol.asyncDispose]() {
      await Promise.all([slack.stop(), night[Symbol.asyncDispose]()]);
    },
  };
}

test('a page, somebody has it, a reminder, a note, the end, and then the report, all in one thread and in this order', async () => {
  await using world = await openWorld();
  const { night, slack } = world;
  const id = await night.pages('cup');
  await night.passes(5 * MINUTE);
  await world.takes(id, 'Ana', 'U0ANA');
  await night.passes(24 * MINUTE);
  expect(world.replies('update is due')).toEqual([]);
  await night.passes(MINUTE);
  expect(world.replies('update is due')).toHaveLength(1);
  await night.passes(10 * MINUTE);
  await world.notes(id, 'the supplier has been called');
  // The next one counts from the note, at minute 70 and not at 60.
  await night.passes(25 * MINUTE);
  expect(world.replies('update is due')).toHaveLength(1);
  await world.heals(id);
  await night.passes(MINUTE);
  const [head, ...rest] = slack.messages('C0INCIDENTS');
  expect(rest.every((one) => one.thread_ts === head?.ts && !one.reply_broadcast)).toBe(true);
  expect(world.thread().slice(1)).toEqual([
    expect.stringContaining('Ana has it'),
    expect.stringMatching(/^<@U0ANA> An update is due: thing-broken on thing cup has been open for 30 min/),
    expect.stringMatching(/^Ana noted the supplier has been called/),
    expect.stringContaining('Over: thing-broken on thing cup'),
    expect.stringContaining(`Incident report ${id}`),
  ]);
  expect(slack.files).toMatchObject([{ name: `${id}.md`, thread_ts: head?.ts, text: `# ${id}\n` }]);
  await night.passes(10 * HOUR);
  expect(world.replies('update is due')).toHaveLength(1);
});

test('Slack is away when it ends: the report comes later, after the end, and once', async () => {
  await using world = await openWorld();
  const { night, slack } = world;
  const id = await night.pages('cup');
  await night.passes(MINUTE);
  slack.faults.unavailable();
  await world.heals(id);
  await night.passes(2 * HOUR);
  expect(slack.files).toEqual([]);
  await slack.faults.clear();
  await night.passes(5 * MINUTE);
  expect(slack.files).toHaveLength(1);
  expect(world.thread().slice(-2)).toEqual([
    expect.stringContaining('Over:'),
    expect.stringContaining('Incident report'),
  ]);
  expect((await night.history(id)).filter((line) => line.includes('report'))).toEqual(['slack took the report']);
});

test('the report waits for the end that comes late', async () => {
  await using world = await openWorld();
  const { night, slack } = world;
  const id = await night.pages('cup');
  await night.passes(MINUTE);
  slack.faults.failNext(1, 503);
  await world.heals(id);
  await night.passes(MINUTE);
  expect(world.thread().slice(1)).toEqual([
    expect.stringContaining('Over:'),
    expect.stringContaining('Incident report'),
  ]);
});

test('what was over before anybody heard of it leaves no file', async () => {
  await using world = await openWorld();
  const { night, slack } = world;
  const { id } = await openOne(night.db, 'cup', { openedAt: night.now() });
  await world.heals(id);
  await night.passes(MINUTE);
  expect([slack.messages().length, slack.files]).toEqual([1, []]);
});

test('a channel that was down for two hours is reminded once, and then goes on', async () => {
  await using world = await openWorld();
  const { night, slack } = world;
  await night.pages('cup');
  await night.passes(29 * MINUTE);
  slack.faults.unavailable();
  await night.passes(2 * HOUR);
  await slack.faults.clear();
  await night.passes(MINUTE);
  expect(world.replies('update is due')).toEqual([expect.stringContaining('open for 2 h 29 min')]);
  await night.passes(30 * MINUTE);
  expect(world.replies('update is due')).toHaveLength(2);
});

test('what nobody has is asked of whoever is on call by then', async () => {
  await using world = await openWorld();
  const { night } = world;
  const members = [
    { name: 'Anna', slack: 'U0ANNA' },
    { name: 'Bob', slack: 'U0BOB' },
  ];
  const escalation = escalationSchema.parse({
    rotations: [{ name: 'oncall', zone: 'Europe/Bucharest', since: '2026-01-19', members }],
    policies: [{ name: 'oncall', levels: [{ name: 'L1', after: '0s', who: 'oncall' }] }],
  });
  Object.assign(night.parts, { escalation, rotations: escalation.rotations.map(rotationOf) });
  await night.pages('cup');
  await night.passes(30 * MINUTE);
  expect(world.replies('update is due')).toEqual([expect.stringMatching(/^<@U0ANNA> An update is due/)]);
});

test('two replicas fan a reminder out once', async () => {
  await using world = await openWorld();
  const { night } = world;
  await night.pages('cup');
  await night.passes(29 * MINUTE);
  const [found] = await night.db.query<{ id: number; due: number }>(
    `select id, due_at as due from remedyd.outbox where kind = 'remark'`,
  );
  const row = found && (await findRow(night.db, found.id));
  if (found === undefined || row === undefined) throw new Error('nothing is owed');
  const parts = { ...night.parts, clock: { ...night.parts.clock, now: () => found.due } };
  await Promise.all([remarkRowDue(parts, row), remarkRowDue(parts, row)]);
  expect(await night.db.query(`select 1 from remedyd.outbox where kind = 'reply'`)).toHaveLength(1);
  expect(await night.db.query(`select 1 from remedyd.outbox where kind = 'remark'`)).toHaveLength(1);
});

test.each(['missing_scope', 'not_allowed_token_type', 'file_uploads_disabled'])(
  'where Slack takes no files (%s), the thread says how to come by the report, and nothing fails',
  async (noFiles) => {
    await using world = await openWorld({ noFiles });
    const { night, slack } = world;
    const id = await night.pages('cup');
    await night.passes(MINUTE);
    await world.heals(id);
    await night.passes(MINUTE);
    const last = slack.messages('C0INCIDENTS').at(-1);
    expect(last?.text).toContain('The report could not be attached');
    expect(JSON.stringify(last?.blocks)).toContain(`remedyd report ${id}`);
    if (noFiles === 'missing_scope') expect(last?.text).toContain('give the app the scope files:write');
    expect(await channelStates(night.db)).toMatchObject([
      { name: 'slack', failures: 0, failingSince: null, openedAt: null },
    ]);
    expect((await night.history(id)).at(-1)).toContain(
      `slack took the report, but not as a file: Slack answered '${noFiles}'`,
    );
  },
);

test('a file is posted to no host but those that the config names', async () => {
  await using elsewhere = await startSlack({ token: 'xoxb-test' });
  await using world = await openWorld({ uploadUrl: elsewhere.url.replace('127.0.0.1', 'localhost') });
  const { night } = world;
  const id = await night.pages('cup');
  await night.passes(MINUTE);
  await world.heals(id);
  await night.passes(MINUTE);
  expect(elsewhere.requests).toEqual([]);
  expect(world.thread().at(-1)).toContain('could not be attached');
  expect((await night.history(id)).at(-1)).toContain('which notify.slack.upload_hosts does not name');
});

test('a page does not wait for a reply that cannot be said', async () => {
  await using world = await openWorld();
  const { night } = world;
  const id = await night.pages('cup');
  await night.passes(MINUTE);
  await night.db.run(
    `insert into remedyd.outbox (kind, incident_id, data, due_at, created_at)
     values ('reply', $1, '{"channel": "slack", "about": "report"}', $2, $2)`,
    [id, new Date(night.now() + HOUR)],
  );
  await night.happens(id, { type: 'acknowledged', by: 'Ana' });
  await night.passes(MINUTE);
  expect(world.thread().at(-1)).toContain('Ana has it');
});

test('a low one gets its report and nothing else', async () => {
  await using world = await openWorld();
  const { night, slack } = world;
  const id = await night.pages('cup', { severity: 'low' });
  await night.passes(10 * HOUR);
  expect(world.replies('update is due')).toEqual([]);
  await night.happens(id, { type: 'closed', by: 'Ana' });
  await night.passes(MINUTE);
  expect(slack.files).toHaveLength(1);
  expect(await night.db.query(`select 1 from remedyd.outbox where kind in ('remark', 'reply')`)).toEqual([]);
});

test('the post-mortem of a high one is due after two days: the end says it, and so does the thread then', async () => {
  await using world = await openWorld();
  const { night, slack } = world;
  const id = await night.pages('cup');
  await night.passes(MINUTE);
  await world.takes(id, 'Ana', 'U0ANA');
  await world.heals(id);
  await night.passes(MINUTE);
  const end = slack.messages('C0INCIDENTS').find(({ text }) => text.startsWith('Over:'));
  expect(end?.text).toContain('The post-mortem is due by');
  await night.passes(47 * HOUR);
  expect(world.replies('post-mortem is due:')).toEqual([]);
  await night.passes(HOUR);
  expect(world.replies('post-mortem is due:')).toEqual([
    expect.stringMatching(/^<@U0ANA> The post-mortem is due: thing-broken on thing cup/),
  ]);
  await night.passes(100 * HOUR);
  expect(world.replies('post-mortem is due:')).toHaveLength(1);
});

test('a noted post-mortem is not asked for', async () => {
  await using world = await openWorld();
  const { night } = world;
  const id = await night.pages('cup');
  await night.passes(MINUTE);
  await world.heals(id);
  await night.passes(HOUR);
  await world.notes(id, 'Post-Mortem: https://wiki.example.com/pm-12');
  await night.passes(60 * HOUR);
  expect(world.replies('post-mortem is due:')).toEqual([]);
  expect(world.replies('Ana noted')).toHaveLength(1);
  expect((await night.history(id)).at(-1)).toBe('Ana noted (Slack): post-mortem: https://wiki.example.com/pm-12');
});

test('a channel whose messages carry files brings the report with the end, and the end without it where it cannot be written', async () => {
  const files: (string | null)[] = [];
  const letters: Channel = {
    name: 'email',
    pages: true,
    carriesFiles: true,
    wants: () => true,
    async send(message, { file = null }) {
      files.push(`${message.topic} ${file?.name ?? 'alone'}`);
      return { kind: 'sent', ref: {} };
    },
  };
  await using night = await openNight({ channels: [letters] });
  const id = await night.pages('cup');
  await night.passes(MINUTE);
  await night.happens(id, { type: 'alerts-resolved' });
  await night.passes(MINUTE);
  const other = await night.pages('pot');
  await night.passes(MINUTE);
  Object.assign(night.parts, { report: () => Promise.reject(new Error('the database is away')) });
  await night.happens(other, { type: 'alerts-resolved' });
  await night.passes(MINUTE);
  expect(files).toEqual(['page alone', `end ${id}.md`, 'page alone', 'end alone']);
});
