import { describe, expect, test } from 'vitest';
import { Secret } from '../../../src/config/secret.ts';
import { compose } from '../../../src/notify/compose.ts';
import { emailChannel } from '../../../src/notify/email/channel.ts';
import { emailSchema } from '../../../src/notify/email/config.ts';
import { startResend } from '../../support/fakes/resend/resend.ts';
import { type SmtpWorld, startSmtp } from '../../support/services/smtp.ts';
import { NOW, view } from '../../unit/notify/views.ts';
import { talkTo } from './talk.ts';

const ANA = 'ana@example.com';
const BOB = 'bob@example.com';
const base = { from: 'remedyd@example.com', to: { default: [ANA, BOB] } };
const page = compose(view(), 'page', NOW);
const end = compose(view({ state: 'healed', reason: 'held', endedAt: NOW }), 'end', NOW);
const file = { name: 'inc-1.md', title: 'Incident report inc-1', text: '# Incident Report: inc-1 – ă\n', instead: [] };
const login = { user: 'remedyd', password: 'hunter2-and-more' };
const secret = (value: string) => new Secret(value, 'env SMTP_PASSWORD');

async function world(smtp: SmtpWorld, config: object = { tls: 'none' }) {
  const server = await startSmtp(smtp);
  const given = emailSchema.parse({ ...base, smtp: { host: '127.0.0.1', port: server.port, ...config } });
  return {
    mails: server.mails,
    send: talkTo(emailChannel(given, { timeout: 3_000 })),
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  };
}

const header = (raw: string, name: string) =>
  new RegExp(`^${name}: (.*(?:\\r\\n[ \\t].*)*)`, 'mi').exec(raw)?.[1]?.replace(/\r\n[ \t]+/g, ' ');

describe('through a mail server', () => {
  test('a page arrives at everybody, and the end refers to it', async () => {
    await using mail = await world({});
    expect(await mail.send(page)).toMatchObject({ kind: 'sent', said: expect.stringContaining('4711') });
    expect(await mail.send(end)).toMatchObject({ kind: 'sent' });
    const [first, second] = mail.mails;
    expect(first?.to).toEqual([ANA, BOB]);
    expect(header(first?.raw ?? '', 'Subject')).toBe(page.headline);
    expect(header(first?.raw ?? '', 'Message-ID')).toBe('<inc-1kb2f3x-7d0m4qzt.page@example.com>');
    expect(header(second?.raw ?? '', 'In-Reply-To')).toBe('<inc-1kb2f3x-7d0m4qzt.page@example.com>');
    const root = '<inc-1kb2f3x-7d0m4qzt@example.com>';
    expect(header(first?.raw ?? '', 'References')).toBe(root);
    expect(header(second?.raw ?? '', 'References')).toBe(`${root} <inc-1kb2f3x-7d0m4qzt.page@example.com>`);
  });

  test('the end carries the report along', async () => {
    await using mail = await world({});
    await mail.send(end, 'key', { file });
    const raw = mail.mails[0]?.raw ?? '';
    expect(raw).toMatch(/Content-Disposition: attachment; filename=inc-1\.md/);
    expect(raw).toContain(Buffer.from(file.text, 'utf8').toString('base64'));
  });

  test('what an alert says ends no header', async () => {
    await using mail = await world({});
    await mail.send({ ...page, headline: 'a\r\nBcc: everybody@example.com\r\n\r\nbody' });
    expect(mail.mails[0]?.to).toEqual([ANA, BOB]);
    expect(header(mail.mails[0]?.raw ?? '', 'Bcc')).toBeUndefined();
  });

  test('one address that is refused for good is told, and the others have it', async () => {
    await using mail = await world({ refuse: (address) => (address === BOB ? 550 : undefined) });
    const delivery = await mail.send(page);
    expect(delivery).toMatchObject({ kind: 'sent', note: expect.stringMatching(/^not for bob@example\.com: .*550/) });
    expect(mail.mails.map(({ to }) => to)).toEqual([[ANA]]);
  });

  test('one that is refused for now is tried again alone', async () => {
    let busy = true;
    await using mail = await world({ refuse: (address) => (busy && address === BOB ? 450 : undefined) });
    expect(await mail.send(page)).toMatchObject({ kind: 'retry', why: expect.stringContaining('450') });
    busy = false;
    expect(await mail.send(page)).toMatchObject({ kind: 'sent' });
    expect(mail.mails.map(({ to }) => to)).toEqual([[ANA], [BOB]]);
    const ids = mail.mails.map(({ raw }) => header(raw, 'Message-ID'));
    expect(new Set(ids).size).toBe(1);
  });

  test('with all refused it is for another channel', async () => {
    await using mail = await world({ refuse: () => 554 });
    expect(await mail.send(page)).toMatchObject({ kind: 'rejected', why: expect.stringContaining('554') });
  });

  test('a login is used, and a refused one says what to correct, without the password', async () => {
    await using mail = await world({ login }, { tls: 'none', user: login.user, password: secret(login.password) });
    expect(await mail.send(page)).toMatchObject({ kind: 'sent' });
    await using other = await world({ login }, { tls: 'none', user: login.user, password: secret('wrong-password') });
    const delivery = await other.send(page);
    expect(delivery).toMatchObject({
      kind: 'rejected',
      why: expect.stringContaining('correct notify.email.smtp.user'),
    });
    expect(JSON.stringify(delivery)).not.toContain('wrong-password');
  });

  test('without STARTTLS nothing goes in the clear, and it is said what to do', async () => {
    await using mail = await world({ login }, { user: login.user, password: secret(login.password) });
    expect(await mail.send(page)).toMatchObject({ kind: 'rejected', why: expect.stringContaining('no STARTTLS') });
    expect(mail.mails).toEqual([]);
  });

  test('a certificate that nobody vouches for gets neither the password nor the page', async () => {
    await using mail = await world({ starttls: true, login }, { user: login.user, password: secret(login.password) });
    expect(await mail.send(page)).toMatchObject({ kind: 'retry', why: expect.stringMatching(/certificate|TLS/i) });
    expect(mail.mails).toEqual([]);
  });
});

describe('through Resend', () => {
  const open = async () => {
    const resend = await startResend({ apiKey: 're_test_key' });
    const config = emailSchema.parse({ ...base, resend: { api_key: secret('re_test_key'), url: resend.url } });
    return { resend, send: talkTo(emailChannel(config, { timeout: 2_000 })) };
  };

  test('a page and its end arrive, and belong together', async () => {
    const { resend, send } = await open();
    await using _ = resend;
    expect(await send(page)).toMatchObject({ kind: 'sent', said: expect.stringMatching(/^Resend took it as /) });
    expect(await send(end)).toMatchObject({ kind: 'sent' });
    expect(resend.emails.map(({ subject, to }) => [subject, to])).toEqual([
      [page.headline, [ANA, BOB]],
      [end.headline, [ANA, BOB]],
    ]);
    expect(resend.emails[1]?.headers['In-Reply-To']).toBe(resend.emails[0]?.headers['Message-ID']);
  });

  test('the end carries the report along', async () => {
    const { resend, send } = await open();
    await using _ = resend;
    expect(await send(end, 'key', { file })).toMatchObject({ kind: 'sent' });
    const [attached] = resend.emails[0]?.attachments ?? [];
    expect(attached?.filename).toBe('inc-1.md');
    expect(Buffer.from(attached?.content ?? '', 'base64').toString('utf8')).toBe(file.text);
  });

  test('a page whose answer was lost is one mail, though its words have changed since', async () => {
    const { resend, send } = await open();
    await using _ = resend;
    await send(page);
    expect(await send(compose(view(), 'page', NOW + 600_000))).toMatchObject({ kind: 'sent' });
    expect(resend.emails).toHaveLength(1);
  });

  test('a rate limit is waited for', async () => {
    const { resend, send } = await open();
    await using _ = resend;
    resend.faults.rateLimitNext(1, 2);
    expect(await send(page)).toMatchObject({ kind: 'retry', after: 2_000 });
    expect(await send(page)).toMatchObject({ kind: 'sent' });
  });
});
