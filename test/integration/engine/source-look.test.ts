import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Secret } from '../../../src/config/secret.ts';
import { TOKEN } from '../../support/daemon/in-process.ts';
import { startAlertmanager } from '../../support/services/alertmanager.ts';
import type { Monitor } from '../../support/services/prometheus.ts';
import { type Engine, startEngine } from './engine.ts';

let alertmanager: Monitor;

beforeAll(async () => {
  alertmanager = await startAlertmanager({
    config: {
      route: { receiver: 'nobody', group_wait: '1h' },
      receivers: [{ name: 'nobody' }],
      inhibit_rules: [
        { source_matchers: ['alertname="vendor:down"'], target_matchers: ['thing="jug"'], equal: ['site'] },
      ],
    },
  });
});
afterAll(() => alertmanager.stop());

const api = async (path: string, body?: unknown, method = 'POST') => {
  const answer = await fetch(`${alertmanager.url}/api/v2${path}`, {
    method,
    headers: { 'content-type': 'application/json' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  expect(answer.status).toBe(200);
  return answer;
};

const labelsOf = (thing: string) => ({ alertname: 'thing:broken', thing, severity: 'high' });

const fire = (labels: Record<string, string>) => api('/alerts', [{ labels }]);

async function silence(thing: string): Promise<string> {
  const times = { startsAt: new Date().toISOString(), endsAt: new Date(Date.now() + 3_600_000).toISOString() };
  const matchers = [{ name: 'thing', value: thing, isRegex: false, isEqual: true }];
  const answer = await api('/silences', { matchers, ...times, createdBy: 'ana', comment: 'by hand' });
  const { silenceID } = (await answer.json()) as { silenceID: string };
  await expect.poll(async () => (await stateOf(thing))?.silencedBy.length).toBe(1);
  return silenceID;
}

async function stateOf(thing: string) {
  const listed = (await (await fetch(`${alertmanager.url}/api/v2/alerts`)).json()) as {
    labels: { thing?: string };
    fingerprint: string;
    status: { silencedBy: string[]; inhibitedBy: string[]; state: string };
  }[];
  const found = listed.find(({ labels }) => labels.thing === thing);
  return found === undefined ? undefined : { fingerprint: found.fingerprint, ...found.status };
}

const start = (more: object = {}) => {
  const auth = { bearer: new Secret(TOKEN, 'test') };
  const config = { sources: { alertmanager: { auth, api: { url: alertmanager.url, ...more } } } };
  return startEngine({ alone: true, config });
};

/** What Alertmanager would send of this alert, or what it has sent before it was gone. */
async function delivers({ daemon }: Engine, thing: string) {
  const alert = {
    status: 'firing',
    labels: labelsOf(thing),
    annotations: {},
    startsAt: new Date().toISOString(),
    endsAt: '0001-01-01T00:00:00Z',
    fingerprint: (await stateOf(thing))?.fingerprint ?? 'ffffffffffffffff',
  };
  const body = { version: '4', status: 'firing', receiver: 'remedyd', alerts: [alert], truncatedAlerts: 0 };
  expect((await daemon.post('/webhooks/alertmanager', body)).status).toBe(200);
}

/** Its recheck is a minute away; that is not what is tested. */
const askNow = ({ daemon }: Engine) =>
  daemon.db.run(`update remedyd.outbox set due_at = now() - interval '1 second' where kind = 'decide'`);

describe('P6: with a real Alertmanager, right before each change', () => {
  test('an alert that fires is healed', async () => {
    await using engine = await start();
    await fire(labelsOf('cup'));
    await delivers(engine, 'cup');
    await engine.daemon.untilState('thing:cup', ['verifying', 'healed']);
    expect(engine.toy.thing('cup')).toMatchObject({ prepared: 1, mended: 1 });
  });

  test('a silence stops it, the reason says so, and it goes on when the silence is over', async () => {
    await using engine = await start();
    await fire(labelsOf('plate'));
    const id = await silence('plate');
    await delivers(engine, 'plate');
    const held = await engine.daemon.untilState('thing:plate', ['held']);
    expect(held.reason).toBe('silenced');
    expect(held.runs).toMatchObject([{ outcome: 'stopped' }]);
    expect(JSON.stringify(held.timeline)).toContain('the alert is silenced at alertmanager');
    expect(engine.toy.thing('plate')).toMatchObject({ prepared: 0, mended: 0 });
    // Asked again while it is silenced, it begins no run.
    await askNow(engine);
    await engine.daemon.until('it was asked again', async () => {
      const [row] = await engine.daemon.db.query(
        `select 1 from remedyd.outbox where kind = 'decide' and due_at > now()`,
      );
      return row !== undefined;
    });
    expect((await engine.daemon.incident(held.id)).runs).toHaveLength(1);
    await api(`/silence/${id}`, undefined, 'DELETE');
    await expect.poll(async () => (await stateOf('plate'))?.state).toBe('active');
    await askNow(engine);
    await engine.daemon.untilState('thing:plate', ['verifying', 'healed']);
    expect(engine.toy.thing('plate')).toMatchObject({ mended: 1 });
  });

  test('a silence in the middle of a run stops it, and what was done is put back', async () => {
    await using engine = await start();
    await fire(labelsOf('vase'));
    engine.toy.onChange = async (thing, what) => {
      if (what !== 'prepare') return;
      await silence(thing);
      // Longer than an answer is remembered.
      await sleep(1_600);
    };
    await delivers(engine, 'vase');
    const held = await engine.daemon.untilState('thing:vase', ['held']);
    expect(held.reason).toBe('silenced');
    expect(engine.toy.thing('vase')).toMatchObject({ prepared: 1, unprepared: 1, mended: 0 });
  });

  test('a worse alert that inhibits it stops it', async () => {
    await using engine = await start();
    await fire({ alertname: 'vendor:down', severity: 'critical' });
    await fire(labelsOf('jug'));
    await expect.poll(async () => (await stateOf('jug'))?.inhibitedBy.length).toBe(1);
    await delivers(engine, 'jug');
    expect(await engine.daemon.untilState('thing:jug', ['held'])).toMatchObject({ reason: 'inhibited' });
    expect(engine.toy.thing('jug')).toMatchObject({ prepared: 0, mended: 0 });
  });

  test('an alert that is gone there stops it, although nobody has told that it is resolved', async () => {
    await using engine = await start();
    await delivers(engine, 'ghost');
    expect(await engine.daemon.untilState('thing:ghost', ['held'])).toMatchObject({ reason: 'alert-gone' });
    expect(engine.toy.thing('ghost')).toMatchObject({ prepared: 0, mended: 0 });
  });
});

describe('a source that does not answer', () => {
  test('is no reason to leave the trouble alone, and the evidence says so', async () => {
    await using engine = await start({ url: 'http://127.0.0.1:9' });
    await delivers(engine, 'bowl');
    const { evidence } = await engine.daemon.untilState('thing:bowl', ['verifying', 'healed']);
    expect(engine.toy.thing('bowl')).toMatchObject({ mended: 1 });
    expect(JSON.stringify(evidence)).toContain('alertmanager could not be asked whether the alert still fires');
  });

  test('unless the config wants to know', async () => {
    await using engine = await start({ url: 'http://127.0.0.1:9', unreachable: 'stop' });
    await delivers(engine, 'bowl');
    expect(await engine.daemon.untilState('thing:bowl', ['held'])).toMatchObject({ reason: 'source-unreachable' });
    expect(engine.toy.thing('bowl')).toMatchObject({ prepared: 0, mended: 0 });
  });
});
