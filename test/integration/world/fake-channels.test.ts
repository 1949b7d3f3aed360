import { describe, expect, test } from 'vitest';
import { startResend } from '../../support/fakes/resend/resend.ts';
import { startStatuspage } from '../../support/fakes/statuspage/statuspage.ts';
import { startTwilio } from '../../support/fakes/twilio/twilio.ts';

const post = (url: string, headers: Record<string, string>, body: unknown, method = 'POST') =>
  fetch(url, { method, headers, body: typeof body === 'string' ? body : JSON.stringify(body) });

describe('Resend', () => {
  const mail = { from: 'a@example.com', to: ['b@example.com'], subject: 'x', text: 'y' };
  const key = { authorization: 'Bearer re_1', 'content-type': 'application/json' };

  test.each([
    ['no key', {}, mail, 401],
    ['another key', { ...key, authorization: 'Bearer re_2' }, mail, 403],
    ['a sender that is none', key, { ...mail, from: 'somebody' }, 422],
    ['nobody to send to', key, { ...mail, to: [] }, 422],
    ['too many', key, { ...mail, to: Array(51).fill('b@example.com') }, 422],
    ['a subject of two lines', key, { ...mail, subject: 'a\nb' }, 422],
    ['nothing to say', key, { ...mail, text: undefined }, 422],
    ['a key that is too long', { ...key, 'idempotency-key': 'x'.repeat(257) }, mail, 400],
  ])('refuses %s', async (_, headers, body, status) => {
    await using resend = await startResend({ apiKey: 're_1' });
    const answer = await post(`${resend.url}/emails`, { 'content-type': 'application/json', ...headers }, body);
    expect(answer.status).toBe(status);
    expect(resend.emails).toEqual([]);
  });

  test('knows a key again, and minds other words under it', async () => {
    await using resend = await startResend({ apiKey: 're_1' });
    const send = (body: object) => post(`${resend.url}/emails`, { ...key, 'idempotency-key': 'k' }, body);
    const first = await (await send(mail)).json();
    expect(await (await send(mail)).json()).toEqual(first);
    expect((await send({ ...mail, text: 'z' })).status).toBe(409);
    expect(resend.emails).toHaveLength(1);
  });
});

describe('Twilio', () => {
  const SID = `AC${'0'.repeat(32)}`;
  const basic = (password: string) => `Basic ${Buffer.from(`${SID}:${password}`).toString('base64')}`;
  const form = 'application/x-www-form-urlencoded';
  const good = { To: '+40721234567', From: '+15005550006', Body: 'x' };

  test.each([
    ['another password', 'wrong', SID, good, 401, 20_003],
    ['another account', 'token', `AC${'1'.repeat(32)}`, good, 404, 20_404],
    ['a number without its country', 'token', SID, { ...good, To: '0721234567' }, 400, 21_211],
    ['no sender', 'token', SID, { To: good.To, Body: 'x' }, 400, 21_603],
    ['nothing to say', 'token', SID, { ...good, Body: '' }, 400, 21_602],
    ['too much to say', 'token', SID, { ...good, Body: 'x'.repeat(1_601) }, 400, 21_617],
    ['who has answered STOP', 'token', SID, { ...good, To: '+40700000000' }, 400, 21_610],
  ])('refuses %s', async (_, password, sid, fields, status, code) => {
    await using twilio = await startTwilio({ accountSid: SID, password: 'token', blocked: ['+40700000000'] });
    const url = `${twilio.url}/2010-04-01/Accounts/${sid}/Messages.json`;
    const body = new URLSearchParams(fields as Record<string, string>).toString();
    const answer = await post(url, { authorization: basic(password), 'content-type': form }, body);
    expect([answer.status, ((await answer.json()) as { code: number }).code]).toEqual([status, code]);
    expect(twilio.messages).toEqual([]);
  });
});

describe('Statuspage', () => {
  const key = { authorization: 'OAuth sp', 'content-type': 'application/json' };

  test.each([
    ['another key', { ...key, authorization: 'OAuth x' }, { name: 'x' }, 401],
    ['no title', key, {}, 422],
    ['a title that is too long', key, { name: 'x'.repeat(256) }, 422],
    ['a status that is none', key, { name: 'x', status: 'burning' }, 422],
    ['a component of another page', key, { name: 'x', components: { other: 'operational' } }, 422],
    ['a state that is none', key, { name: 'x', components: { comp1: 'sick' } }, 422],
    ['metadata that is flat', key, { name: 'x', metadata: { remedyd: 'inc-1' } }, 422],
  ])('refuses %s', async (_, headers, incident, status) => {
    await using page = await startStatuspage({ apiKey: 'sp', pageId: 'page1', components: ['comp1'] });
    expect((await post(`${page.url}/pages/page1/incidents`, headers, { incident })).status).toBe(status);
    expect(page.incidents).toEqual([]);
  });

  test('resolving an incident leaves its components as they are', async () => {
    await using page = await startStatuspage({ apiKey: 'sp', pageId: 'page1', components: ['comp1'] });
    const incidents = `${page.url}/pages/page1/incidents`;
    await post(incidents, key, { incident: { name: 'x', components: { comp1: 'major_outage' } } });
    await post(`${incidents}/pageinc1`, key, { incident: { status: 'resolved' } }, 'PATCH');
    expect(page.components).toEqual({ comp1: 'major_outage' });
  });
});
