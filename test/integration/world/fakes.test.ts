import { join } from 'node:path';
import { LogLevel, type View, WebClient } from '@slack/web-api';
import { Agent, request } from 'undici';
import { afterEach, describe, expect, test } from 'vitest';
import { startDocker } from '../../support/fakes/docker/docker.ts';
import type { Fake } from '../../support/fakes/fake.ts';
import { startPagerDuty } from '../../support/fakes/pagerduty/pagerduty.ts';
import { personAt } from '../../support/fakes/slack/person.ts';
import { startSlack } from '../../support/fakes/slack/slack.ts';
import { startTimelinesAi } from '../../support/fakes/timelines-ai/timelines-ai.ts';
import { temporaryFolder } from '../../support/services/folder.ts';

const started: Fake[] = [];
afterEach(async () => {
  await Promise.all(started.splice(0).map((fake) => fake.stop()));
});

async function up<T extends Fake>(starting: Promise<T>): Promise<T> {
  const fake = await starting;
  started.push(fake);
  return fake;
}

describe('Slack', () => {
  const section = (text: string) => ({ type: 'section', text: { type: 'mrkdwn', text } }) as const;
  const button = (more: object = {}) => ({
    type: 'actions',
    elements: [{ type: 'button', action_id: 'ok', text: { type: 'plain_text', text: 'OK' }, ...more }],
  });
  const client = (slack: { apiUrl: string }, token = 'xoxb-fake-token') =>
    new WebClient(token, {
      slackApiUrl: slack.apiUrl,
      retryConfig: { retries: 0 },
      rejectRateLimitedCalls: true,
      logger: quiet,
    });
  const quiet = {
    debug: () => undefined,
    info: () => undefined,
    warn: () => undefined,
    error: () => undefined,
    setLevel: () => undefined,
    getLevel: () => LogLevel.ERROR,
    setName: () => undefined,
  };

  test('takes a file in three steps, each once, in order, and of the length that was announced', async () => {
    const slack = await up(startSlack());
    const web = client(slack);
    const { channel = '', ts = '' } = await web.chat.postMessage({ channel: 'C0OPS', text: 'it burns' });
    const ask = (length: number) => web.files.getUploadURLExternal({ filename: 'a.md', length });
    const post = async (url = '', body = 'ăb') => (await fetch(url, { method: 'POST', body })).status;
    const share = (id = '', where = channel, thread_ts = ts) =>
      web.files.completeUploadExternal({ files: [{ id, title: 'A' }], channel_id: where, thread_ts });
    const refused = (error: string) => ({ data: { ok: false, error } });

    const asked = await ask(3);
    await expect(share(asked.file_id)).rejects.toMatchObject(refused('file_not_found'));
    expect(await post(asked.upload_url, 'ab')).toBe(400);
    expect(await post(asked.upload_url)).toBe(200);
    expect(await post(asked.upload_url)).toBe(404);
    await expect(share(asked.file_id, '#ops-notifications')).rejects.toMatchObject(refused('channel_not_found'));
    await expect(share(asked.file_id, channel, '1.2')).rejects.toMatchObject(refused('thread_not_found'));
    await share(asked.file_id);
    await expect(share(asked.file_id)).rejects.toMatchObject(refused('file_not_found'));
    expect(slack.files).toMatchObject([{ name: 'a.md', title: 'A', channel, thread_ts: ts, text: 'ăb' }]);
    expect(slack.thread(channel, ts)).toHaveLength(2);
    await expect(ask(0)).rejects.toMatchObject(refused('invalid_arguments'));
    const poor = await up(startSlack({ noFiles: 'missing_scope' }));
    const none = client(poor).files.getUploadURLExternal({ filename: 'a.md', length: 3 });
    await expect(none).rejects.toMatchObject(refused('missing_scope'));
  });

  test('keeps a thread that the official client writes', async () => {
    const slack = await up(startSlack());
    const web = client(slack);
    const { channel = '', ts = '' } = await web.chat.postMessage({
      channel: '#incidents',
      text: 'it burns',
      blocks: [section('it burns')],
    });
    expect(channel).toBe('C0INCIDENTS');
    await web.chat.postMessage({ channel, text: 'still', thread_ts: ts });
    await web.chat.update({ channel, ts, text: 'it burned' });
    expect(slack.thread(channel, ts)).toMatchObject([
      { text: 'it burned', blocks: [], edits: 1 },
      { text: 'still', thread_ts: ts },
    ]);
  });

  test('counts up its time stamps', async () => {
    const slack = await up(startSlack());
    for (const text of ['a', 'b', 'c']) await client(slack).chat.postMessage({ channel: 'C0OPS', text });
    const stamps = slack.messages().map(({ ts }) => ts);
    expect(stamps).toEqual([...new Set(stamps)].sort());
  });

  const many = (count: number, what: object) => Array.from({ length: count }, () => what);
  const refusals: readonly (readonly [what: string, error: string, message: object])[] = [
    ['an unknown channel', 'channel_not_found', { channel: '#nowhere', text: 'x' }],
    ['nothing to say', 'no_text', {}],
    ['an unknown thread', 'thread_not_found', { text: 'x', thread_ts: '1.2' }],
    ['a long text', 'msg_too_long', { text: 'x'.repeat(40_001) }],
    ['much text in blocks', 'msg_blocks_too_long', { blocks: many(5, section('x'.repeat(2_900))) }],
    ['a long section', 'invalid_blocks', { blocks: [section('x'.repeat(3_001))] }],
    ['an empty section', 'invalid_blocks', { blocks: [section('')] }],
    ['many blocks', 'invalid_blocks', { blocks: many(51, { type: 'divider' }) }],
    ['mrkdwn in a header', 'invalid_blocks', { blocks: [{ type: 'header', text: { type: 'mrkdwn', text: 'x' } }] }],
    ['a full context', 'invalid_blocks', { blocks: [{ type: 'context', elements: many(11, section('x').text) }] }],
    ['a block id twice', 'invalid_blocks', { blocks: many(2, { ...section('x'), block_id: 'a' }) }],
    ['a long label', 'invalid_blocks', { blocks: [button({ text: { type: 'plain_text', text: 'x'.repeat(76) } })] }],
    ['a long value', 'invalid_blocks', { blocks: [button({ value: 'x'.repeat(2_001) })] }],
    ['many buttons', 'invalid_blocks', { blocks: [{ type: 'actions', elements: many(26, {}) }] }],
    ['an unknown block', 'invalid_blocks', { blocks: [{ type: 'marquee' }] }],
  ];
  test.each(refusals)('answers %s with %s', async (_, error, message) => {
    const slack = await up(startSlack());
    const post = client(slack).chat.postMessage({ channel: 'C0OPS', ...message } as never);
    await expect(post).rejects.toMatchObject({ data: { ok: false, error } });
    expect(slack.messages()).toEqual([]);
  });

  test('knows its token, its messages and its groups', async () => {
    const slack = await up(startSlack({ userGroups: { S1: ['U1', 'U2'] } }));
    await expect(client(slack, 'xoxb-other').auth.test()).rejects.toMatchObject({ data: { error: 'invalid_auth' } });
    const update = client(slack).chat.update({ channel: 'C0OPS', ts: '1.2', text: 'x' });
    await expect(update).rejects.toMatchObject({ data: { error: 'message_not_found' } });
    expect(await client(slack).usergroups.users.list({ usergroup: 'S1' })).toMatchObject({ users: ['U1', 'U2'] });
    const other = client(slack).usergroups.users.list({ usergroup: 'S2' });
    await expect(other).rejects.toMatchObject({ data: { error: 'no_such_subteam' } });
  });

  test('opens one modal for one trigger', async () => {
    const slack = await up(startSlack());
    const view: View = { type: 'modal', title: { type: 'plain_text', text: 'Why?' }, blocks: [section('x')] };
    const trigger_id = slack.trigger();
    await client(slack).views.open({ trigger_id, view });
    const again = client(slack).views.open({ trigger_id, view });
    await expect(again).rejects.toMatchObject({ data: { error: 'exchanged_trigger_id' } });
    const late = client(slack).views.open({ trigger_id: slack.trigger({ expired: true }), view });
    await expect(late).rejects.toMatchObject({ data: { error: 'expired_trigger_id' } });
    expect(slack.views).toHaveLength(1);
  });

  test('is rate limited, slow, down and well again', async () => {
    const slack = await up(startSlack());
    slack.faults.rateLimitNext(1, 7);
    await expect(client(slack).auth.test()).rejects.toMatchObject({
      code: 'slack_webapi_rate_limited_error',
      retryAfter: 7,
    });
    slack.faults.failNext(1, 500);
    await expect(client(slack).auth.test()).rejects.toMatchObject({ statusCode: 500 });
    await slack.faults.refuseConnections();
    await expect(client(slack).auth.test()).rejects.toMatchObject({ code: 'slack_webapi_request_error' });
    await slack.faults.clear();
    expect(await client(slack).auth.test()).toMatchObject({ ok: true });
    slack.faults.hang();
    const hung = fetch(`${slack.apiUrl}auth.test`, { method: 'POST', signal: AbortSignal.timeout(100) });
    await expect(hung).rejects.toThrow(/timeout/);
    expect(slack.requests.map(({ status }) => status)).toEqual([429, 500, 200, 0]);
  });

  test('signs what a person presses', async () => {
    const slack = await up(startSlack());
    await client(slack).chat.postMessage({ channel: 'C0OPS', text: 'x', blocks: [button({ value: 'v1' })] as never });
    const [message] = slack.messages();
    if (message === undefined) throw new Error('nothing was posted');
    const person = personAt(slack, { id: 'U1', signingSecret: 'shh', to: slack.url });
    await person.press(message, 'ok');
    const { body, headers } = await slack.waitFor(({ path }) => path === '/slack/interactions');
    expect(headers['x-slack-signature']).toMatch(/^v0=[0-9a-f]{64}$/);
    const { payload } = body as { payload: string };
    expect(JSON.parse(payload)).toMatchObject({
      type: 'block_actions',
      user: { id: 'U1' },
      actions: [{ action_id: 'ok', value: 'v1' }],
    });
    await expect(person.press(message, 'no')).rejects.toThrow(/has no 'no' to press; it has: ok/);
  });
});

describe('PagerDuty', () => {
  const routing_key = 'r'.repeat(32);
  const payload = { summary: 'it burns', source: 'remedyd', severity: 'critical' };
  const send = async (fake: Fake, event: object | string, path = '/v2/enqueue') => {
    const body = typeof event === 'string' ? event : JSON.stringify(event);
    const answer = await fetch(fake.url + path, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body,
    });
    return { ...((await answer.json()) as { errors?: string[]; dedup_key?: string }), status: answer.status };
  };

  test('opens, acknowledges and resolves one incident for one key, and a new one after that', async () => {
    const pagerduty = await up(startPagerDuty({ routingKeys: [routing_key] }));
    const about = { routing_key, dedup_key: 'inc-1' };
    await send(pagerduty, { ...about, event_action: 'resolve' });
    expect(pagerduty.incidents).toEqual([]);
    for (const event_action of ['trigger', 'trigger', 'acknowledge', 'resolve']) {
      expect(await send(pagerduty, { ...about, event_action, payload })).toMatchObject({
        status: 202,
        dedup_key: 'inc-1',
      });
    }
    expect(pagerduty.incident('inc-1')).toMatchObject({ status: 'resolved', events: { length: 4 } });
    await send(pagerduty, { ...about, event_action: 'trigger', payload });
    expect(pagerduty.incidents.map(({ status }) => status)).toEqual(['resolved', 'triggered']);
  });

  const trigger = { routing_key, event_action: 'trigger', payload };
  test.each([
    ['no routing key', { event_action: 'trigger', payload }, /routing_key/],
    ['an unknown routing key', { ...trigger, routing_key: 'x'.repeat(32) }, /Invalid routing key/],
    ['an unknown action', { ...trigger, event_action: 'fire' }, /event_action/],
    ['a resolve of nothing', { routing_key, event_action: 'resolve' }, /dedup_key/],
    ['a trigger without payload', { routing_key, event_action: 'trigger' }, /payload/],
    ['an unknown severity', { ...trigger, payload: { ...payload, severity: 'high' } }, /severity/],
    ['a long summary', { ...trigger, payload: { ...payload, summary: 'x'.repeat(1_025) } }, /summary/],
    ['a long key', { ...trigger, dedup_key: 'x'.repeat(256) }, /dedup_key/],
    ['an insecure image', { ...trigger, images: [{ src: 'http://x' }] }, /images/],
    ['what is no JSON', '{', /JSON parse error/],
  ])('refuses %s', async (_, event, fault) => {
    const pagerduty = await up(startPagerDuty({ routingKeys: [routing_key] }));
    const { status, errors } = await send(pagerduty, event);
    expect({ status, errors: errors?.join() }).toEqual({ status: 400, errors: expect.stringMatching(fault) });
  });

  test('takes change events that page nobody', async () => {
    const pagerduty = await up(startPagerDuty({ routingKeys: [routing_key] }));
    await send(pagerduty, { routing_key, payload: { summary: 'restarted workers' } }, '/v2/change/enqueue');
    expect(pagerduty.changes).toHaveLength(1);
    expect(pagerduty.incidents).toEqual([]);
  });
});

test('TimelinesAI tells the state of an account to those with its key', async () => {
  const vendor = await up(startTimelinesAi({ apiKey: 'key', accounts: { acc_01: 'connected' } }));
  const ask = async (account: string, key = 'key') =>
    (await fetch(`${vendor.url}/v1/accounts/${account}/status`, { headers: { authorization: `Bearer ${key}` } }))
      .status;
  expect([await ask('acc_01'), await ask('acc_02'), await ask('acc_01', 'no')]).toEqual([200, 404, 401]);
  vendor.set('acc_01', 'banned');
  expect(await ask('acc_01')).toBe(403);
  vendor.faults.unavailable();
  expect(await ask('acc_01')).toBe(503);
});

describe('Docker', () => {
  const containers = [
    { service: 'workers', number: 1 },
    { service: 'workers', number: 2, health: 'unhealthy' },
    { service: 'workers', number: 1, oneoff: true },
    { service: 'scoring', running: false, onRestart: 'dies' },
  ] as const;
  const list = async (url: string, filters: object, all = '') =>
    (await (
      await fetch(`${url}/v1.43/containers/json?${all}filters=${encodeURIComponent(JSON.stringify(filters))}`)
    ).json()) as {
      Id: string;
      Names: string[];
    }[];

  test('lists by filters and restarts into health or not', async () => {
    const docker = await up(startDocker({ containers }));
    const label = ['com.docker.compose.service=workers', 'com.docker.compose.oneoff=False'];
    expect((await list(docker.url, { label })).map(({ Names }) => Names[0])).toEqual([
      '/cerniq-workers-1',
      '/cerniq-workers-2',
    ]);
    const [sick] = await list(docker.url, { label, health: ['unhealthy'] });
    const restart = (id = '') => fetch(`${docker.url}/containers/${id}/restart?t=1`, { method: 'POST' });
    expect((await restart(sick?.Id)).status).toBe(204);
    expect(docker.service('workers').map(({ health }) => health)).not.toContain('unhealthy');
    expect(await list(docker.url, { name: ['scoring'] })).toEqual([]);
    const [dead] = await list(docker.url, { name: ['scoring'] }, 'all=1&');
    await restart(dead?.Id);
    const seen = await (await fetch(`${docker.url}/containers/${dead?.Id}/json`)).json();
    expect(seen).toMatchObject({ State: { Status: 'exited', Running: false, ExitCode: 1 } });
    const start = await fetch(`${docker.url}/containers/${sick?.Id}/start`, { method: 'POST' });
    expect([start.status, (await restart('nosuch')).status]).toEqual([304, 404]);
  });

  test('frames the logs of both streams, on a unix socket too', async () => {
    const folder = await temporaryFolder('docker');
    const socketPath = join(folder.path, 'docker.sock');
    const logs = [
      { stream: 'stdout', text: 'one' },
      { stream: 'stderr', text: 'two' },
    ] as const;
    const docker = await up(startDocker({ containers: [{ service: 'workers', logs }], socket: socketPath }));
    const dispatcher = new Agent({ connect: { socketPath } });
    const ask = (query: string) => request(`http://docker/containers/cerniq-workers-1/logs?${query}`, { dispatcher });
    const bytes = Buffer.from(await (await ask('stdout=1&stderr=1&tail=5')).body.arrayBuffer());
    expect([...bytes.subarray(0, 8), bytes.subarray(8, 12).toString(), ...bytes.subarray(12, 20)]).toEqual([
      1,
      0,
      0,
      0,
      0,
      0,
      0,
      4,
      'one\n',
      2,
      0,
      0,
      0,
      0,
      0,
      0,
      4,
    ]);
    const none = await ask('tail=5');
    expect([none.statusCode, await none.body.json()]).toMatchObject([
      400,
      { message: expect.stringContaining('at least one stream') },
    ]);
    await dispatcher.close();
    expect(docker.requests).toHaveLength(2);
    await docker.stop();
    await folder.remove();
  });
});
