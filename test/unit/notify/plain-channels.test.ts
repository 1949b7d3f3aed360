import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { compose } from '../../../src/notify/compose.ts';
import { render as renderEmail } from '../../../src/notify/email/render.ts';
import type { Message } from '../../../src/notify/message.ts';
import { cutGsm7, septets, toGsm7 } from '../../../src/notify/sms/gsm7.ts';
import { MOST, render as renderSms } from '../../../src/notify/sms/render.ts';
import { NASTY } from './nasty.ts';
import { failedRun, NOW, phoneAlert, view } from './views.ts';

const page = compose(view({}, { notes: ['pagerduty could not be reached; it is still being tried'] }), 'page', NOW);
const end = compose(
  view({ state: 'healed', reason: 'held', endedAt: NOW, firing: false }, { runs: [{ ...failedRun, outcome: 'held' }] }),
  'end',
  NOW,
);

test('a page as mail', () => {
  const { subject, text } = renderEmail(page);
  expect(`Subject: ${subject}\n\n${text}`).toMatchInlineSnapshot(`
    "Subject: HIGH: phone:offline on phone_07. The automatic repair failed.

    HIGH: phone:offline on phone_07. The automatic repair failed.

    Note: pagerduty could not be reached; it is still being tried

    WHAT BROKE
    Phone phone_07 has been offline for 5 minutes.
    A WhatsApp phone dropped off TimelinesAI; most come back by a reconnect through the API.
    It has been firing since 03:02 UTC, 16 min ago.

    NOW
    Nobody has taken it yet. remedyd has stopped and will change nothing more.
    Why: Step 'reconnect' failed: POST /phones/phone_07/reconnect answered 502.

    WHAT TO DO NEXT
    1. Say that you have it, so that nobody else is woken: remedyd ack inc-1kb2f3x-7d0m4qzt
    2. Read the error of the failed step below; do by hand what it could not do.
    3. Follow the runbook: https://git.example.com/ops/blob/main/docs/runbooks/phones.md#offline
    4. When the alert is resolved at its source, this incident ends by itself.

    WHAT WAS TRIED
    phones/reconnect: failed, and was put back where possible, after 1 min 2 s (begun 03:03 UTC, 14 min ago)
      diagnose: done. status: disconnected, lastSeen: 02:58
      reconnect: failed. POST /phones/phone_07/reconnect answered 502

    WHAT WAS SEEN
    03:04 UTC reconnect: call: POST /phones/phone_07/reconnect, status: 502
    03:03 UTC diagnose: status: disconnected, queue.wait: 40, queue.active: 0

    ALERTS
    phone:offline firing: severity=HIGH, phone_id=phone_07, account=acc-12

    Everything about it: https://remedyd.example.com/api/incidents/inc-1kb2f3x-7d0m4qzt
    Incident inc-1kb2f3x-7d0m4qzt, rule phone-offline, opened 03:02 UTC.
    "
  `);
});

test('the end as mail', () => {
  const { subject, text } = renderEmail(end);
  expect(`Subject: ${subject}\n\n${text}`).toMatchInlineSnapshot(`
    "Subject: Healed: phone:offline on phone_07 after 15 min

    Healed: phone:offline on phone_07 after 15 min

    NOW
    phones/reconnect helped.
    Why: The alert stayed gone and the probe healthy for the whole hold time.

    WHAT TO DO NEXT
    1. Nothing is left to do.

    WHAT WAS TRIED
    phones/reconnect: helped, after 1 min 2 s (begun 03:03 UTC, 14 min ago)
      diagnose: done. status: disconnected, lastSeen: 02:58
      reconnect: failed. POST /phones/phone_07/reconnect answered 502

    WHAT WAS SEEN
    03:04 UTC reconnect: call: POST /phones/phone_07/reconnect, status: 502
    03:03 UTC diagnose: status: disconnected, queue.wait: 40, queue.active: 0

    ALERTS
    phone:offline firing: severity=HIGH, phone_id=phone_07, account=acc-12

    Runbook: https://git.example.com/ops/blob/main/docs/runbooks/phones.md#offline
    Everything about it: https://remedyd.example.com/api/incidents/inc-1kb2f3x-7d0m4qzt
    Incident inc-1kb2f3x-7d0m4qzt, rule phone-offline, opened 03:02 UTC.
    "
  `);
});

test('a page as a text message', () => {
  expect(renderSms(page)).toMatchInlineSnapshot(`
    "HIGH: phone:offline on phone_07. The automatic repair failed.
    pagerduty could not be reached; it is still being tried
    inc-1kb2f3x-7d0m4qzt
    https://remedyd.example.com/api/incidents/inc-1kb2f3x-7d0m4qzt"
  `);
});

/** What no mail program and no phone can show, or what would be more than they take. */
function faultsOf(message: Message): readonly string[] {
  const { subject, text } = renderEmail(message);
  const sms = renderSms(message);
  return [
    ...(/[\r\n]/.test(subject) || subject === '' || subject.length > 200 ? ['the subject'] : []),
    ...(text.length > 60_010 ? ['the mail is too long'] : []),
    ...(/[\p{Bidi_Control}\u2028\r]|[^\P{Cc}\n\t]/u.test(subject + text) ? ['characters that nobody sees'] : []),
    ...(text.isWellFormed() ? [] : ['half a character']),
    ...(septets(sms) > MOST ? ['more than three segments'] : []),
    ...(toGsm7(sms) === sms ? [] : ['letters that GSM 7 bit lacks']),
    ...(sms.includes(message.incident.id) ? [] : ['the incident is not named']),
  ];
}

test.each(NASTY.map((text) => [text.slice(0, 40), text]))('whatever an alert says: %j', (_, text) => {
  const labels = Object.fromEntries(Array.from({ length: 10_000 }, (__, i) => [`${text.slice(0, 50)}${i}`, text]));
  const alert = { ...phoneAlert, name: text, labels, annotations: { summary: text.repeat(100), description: text } };
  const rest = {
    alerts: Array.from({ length: 50 }, () => alert),
    notes: [text],
    rule: { description: text, runbook: text },
  };
  const incident = view({ rule: text, target: { kind: text, id: text }, ackedBy: text }, rest);
  for (const topic of ['page', 'end'] as const) expect(faultsOf(compose(incident, topic, NOW))).toEqual([]);
});

test('an annotation of a megabyte is cut', () => {
  const alert = { ...phoneAlert, annotations: { summary: 'word '.repeat(200_000) } };
  expect(faultsOf(compose(view({}, { alerts: [alert] }), 'page', NOW))).toEqual([]);
});

test('a message that nobody has bounded still fits', () => {
  const long = 'x{€'.repeat(20_000);
  const many = Array.from({ length: 500 }, () => long);
  const unbounded = {
    ...page,
    headline: long,
    broke: [long, long],
    now: long,
    why: long,
    next: many,
    seen: many,
    notes: [long],
  };
  expect(faultsOf({ ...unbounded, runbook: long, statusUrl: `https://example.com/${'a'.repeat(5_000)}` })).toEqual([]);
});

describe('GSM 7 bit', () => {
  test('accents that it lacks are dropped, those it has stay, and what it cannot say is one question mark', () => {
    expect(toGsm7('Ștefan țipă „în” România; ñ ö é — 😀😀 ok')).toBe('Stefan tipa "in" Romania; ñ ö é - ? ok');
  });

  test('whatever is said, the result is sayable and cut within its room', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 400 }), fc.integer({ min: 3, max: 200 }), (text, most) => {
        const plain = toGsm7(text);
        expect(toGsm7(plain)).toBe(plain);
        expect(septets(cutGsm7(plain, most))).toBeLessThanOrEqual(most);
      }),
    );
  });
});
