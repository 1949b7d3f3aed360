import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { Secret } from '../../../src/config/secret.ts';
import { hourly } from '../../../src/housekeeping.ts';
import { openLog } from '../../../src/observe/log.ts';
import { noteOnce } from '../../../src/store/team-notes.ts';
import { type InProcessDaemon, startInProcess } from '../../support/daemon/in-process.ts';
import { startSlack } from '../../support/fakes/slack/slack.ts';
import { createDatabase } from '../../support/services/postgres.ts';

let slack: Awaited<ReturnType<typeof startSlack>>;
let daemon: InProcessDaemon;

beforeAll(async () => {
  slack = await startSlack({ token: 'xoxb-test' });
  const token = new Secret('xoxb-test', 'test');
  daemon = await startInProcess({
    databaseUrl: await createDatabase(inject('postgresUrl')),
    rules: 'test/fixtures/toy/rules',
    remediations: 'test/fixtures/toy/remediations',
    config: {
      tools: { apis: { toy: { base_url: 'http://127.0.0.1:9' } } },
      notify: { slack: { token, api_url: slack.apiUrl, channels: { default: 'C0INCIDENTS' } } },
    },
  });
});

afterAll(async () => {
  await daemon?.stop();
  await slack?.stop();
});

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

function houseAt(now: number) {
  return {
    db: daemon.db,
    clock: { now: () => now, sleep: async () => undefined },
    replica: `rep-${now}`,
    log: openLog('silent'),
    keep: { incidents: 90 * DAY, webhooks: 14 * DAY },
    // The relay of the daemon finds them with its next look.
    handOver: () => undefined,
  };
}

test('webhooks that nobody can read are answered 202, kept, and each told of once, however long Slack is away', async () => {
  const rejects = async (ago: number) => {
    const answer = await daemon.post('/webhooks/alertmanager', [{ hello: '<!channel> world' }]);
    expect(answer.status).toBe(202);
    expect(await answer.json()).toEqual({ accepted: 0, rejected: 1 });
    await daemon.db.run(`update remedyd.webhooks set received_at = $1 where received_at > $1`, [
      new Date(Date.now() - ago),
    ]);
  };
  const owed = async () => (await daemon.db.query(`select 1 from remedyd.outbox where kind = 'notice'`)).length;
  slack.faults.unavailable();
  const begun = Date.now();
  await rejects(3 * HOUR - 60_000);
  // Others come an hour later, some of them at the same time.
  await hourly(houseAt(begun - 2 * HOUR));
  expect(await owed()).toBe(1);
  await Promise.all([hourly(houseAt(begun - HOUR)), hourly(houseAt(begun - HOUR + 1))]);
  expect(await owed()).toBe(1);
  await rejects(60_000);
  await hourly(houseAt(begun));
  expect(await owed()).toBe(2);
  await slack.faults.clear();
  await daemon.db.run(`update remedyd.outbox set due_at = created_at, queued_until = null where kind = 'notice'`);
  await daemon.until('all is told', async () => (await owed()) === 0);
  const told = slack.messages('C0INCIDENTS').map(({ text }) => text);
  expect(told).toEqual(Array(2).fill('1 webhook could not be read, so nothing was done about it'));
  expect(JSON.stringify(slack.messages())).not.toContain('<!channel>');
});

test('what is older than it has to be kept goes, with all that belongs to it; the current episode stays', async () => {
  await daemon.event({ name: 'hello:world', status: 'firing', severity: 'LOW', labels: { of: 'old' } });
  await daemon.until('it is recorded', async () => (await daemon.incidents('state=ignored')).length > 0);
  const count = async (table: string) =>
    (await daemon.db.query<{ count: number }>(`select count(*) as count from remedyd.${table}`))[0]?.count;
  await hourly(houseAt(Date.now() + 30 * DAY));
  expect([await count('webhooks'), await count('incidents')]).toEqual([0, 1]);
  await noteOnce(daemon.db, 'debt', 'rule thing:old', Date.now(), DAY);
  await noteOnce(daemon.db, 'debt', 'rule thing:new', Date.now() + 20 * DAY, DAY);
  await hourly(houseAt(Date.now() + 100 * DAY));
  const notes = await daemon.db.query(`select key from remedyd.team_notes where kind = 'debt'`);
  expect(notes).toEqual([{ key: 'rule thing:new' }]);
  expect([await count('incidents'), await count('timeline'), await count('episodes')]).toEqual([0, 0, 1]);
});

test('nobody else may remove from the timeline', async () => {
  await daemon.event({ name: 'hello:again', status: 'firing', severity: 'LOW' });
  await daemon.until('it is recorded', async () => (await daemon.incidents()).length > 0);
  await expect(daemon.db.run('delete from remedyd.timeline')).rejects.toThrow('append-only');
  await expect(daemon.db.run(`update remedyd.timeline set summary = 'nothing happened'`)).rejects.toThrow(
    'append-only',
  );
});
