import { expect, test } from 'vitest';
import { compose } from '../../../src/notify/compose.ts';
import { actionFor, render } from '../../../src/notify/pagerduty/render.ts';
import { faultsOf } from '../../support/fakes/pagerduty/event.ts';
import { NOW, view } from './views.ts';

const key = { routing_key: '0123456789abcdef0123456789abcdef' };

test('a page says everything, in the order in which it is read', () => {
  expect(render(compose(view(), 'page', NOW), 'trigger')).toMatchInlineSnapshot(`
    {
      "client": "remedyd",
      "client_url": "https://remedyd.example.com/api/incidents/inc-1kb2f3x-7d0m4qzt",
      "dedup_key": "inc-1kb2f3x-7d0m4qzt",
      "event_action": "trigger",
      "links": [
        {
          "href": "https://git.example.com/ops/blob/main/docs/runbooks/phones.md#offline",
          "text": "Runbook",
        },
        {
          "href": "https://remedyd.example.com/api/incidents/inc-1kb2f3x-7d0m4qzt",
          "text": "Everything about it",
        },
      ],
      "payload": {
        "class": "phone-offline",
        "component": "phone_07",
        "custom_details": {
          "alerts": [
            {
              "annotations": {
                "summary": "Phone phone_07 has been offline for 5 minutes",
              },
              "labels": {
                "account": "acc-12",
                "phone_id": "phone_07",
                "severity": "HIGH",
              },
              "name": "phone:offline",
              "status": "firing",
            },
          ],
          "incident": "inc-1kb2f3x-7d0m4qzt",
          "more_alerts": 0,
          "now": "Nobody has taken it yet. remedyd has stopped and will change nothing more.",
          "rule": "phone-offline",
          "runbook": "https://git.example.com/ops/blob/main/docs/runbooks/phones.md#offline",
          "what_broke": [
            "Phone phone_07 has been offline for 5 minutes.",
            "A WhatsApp phone dropped off TimelinesAI; most come back by a reconnect through the API.",
            "It has been firing since 03:02 UTC, 16 min ago.",
          ],
          "what_happened": [
            "03:02 UTC Opened by phone:offline",
            "03:03 UTC Run 1 of phones/reconnect begun",
            "03:04 UTC phones/reconnect failed",
          ],
          "what_to_do_next": [
            "Say that you have it, so that nobody else is woken: remedyd ack inc-1kb2f3x-7d0m4qzt",
            "Read the error of the failed step below; do by hand what it could not do.",
            "Follow the runbook: https://git.example.com/ops/blob/main/docs/runbooks/phones.md#offline",
            "When the alert is resolved at its source, this incident ends by itself.",
          ],
          "what_was_seen": [
            "03:03 UTC diagnose: status: disconnected, queue.wait: 40, queue.active: 0",
            "03:04 UTC reconnect: call: POST /phones/phone_07/reconnect, status: 502",
          ],
          "what_was_tried": [
            {
              "run": "phones/reconnect: failed, and was put back where possible, after 1 min 2 s (begun 03:03 UTC, 14 min ago)",
              "steps": [
                "diagnose: done. status: disconnected, lastSeen: 02:58",
                "reconnect: failed. POST /phones/phone_07/reconnect answered 502",
              ],
            },
          ],
          "why": "Step 'reconnect' failed: POST /phones/phone_07/reconnect answered 502.",
        },
        "group": "phone",
        "severity": "error",
        "source": "phone_07",
        "summary": "HIGH: phone:offline on phone_07. The automatic repair failed.",
        "timestamp": "2026-03-01T03:02:30.000Z",
      },
    }
  `);
});

test.each([
  ['critical', 'critical'],
  ['high', 'error'],
  ['medium', 'warning'],
  ['low', 'info'],
] as const)('%s is %s there', (severity, theirs) => {
  expect(render(compose(view({ severity }), 'page', NOW), 'trigger')).toMatchObject({ payload: { severity: theirs } });
});

test.each([
  ['page', {}, 'trigger'],
  ['end', {}, 'resolve'],
  ['end', { pagedAt: null }, null],
  ['update', {}, null],
  ['update', { ackedBy: 'ana' }, 'acknowledge'],
  ['update', { ackedBy: 'ana', pagedAt: null }, null],
  ['ask', { pagedAt: null }, null],
] as const)('%s of %j: %s', (topic, change, action) => {
  expect(actionFor(compose(view(change), topic, NOW))).toBe(action);
});

test('what is too much gives way, the words last', () => {
  const message = compose(view(), 'page', NOW);
  const huge = { ...message, seen: Array.from({ length: 1_000 }, () => 'ă"<'.repeat(1_000)), history: ['x'] };
  const event = render({ ...huge, headline: 'word '.repeat(1_000) }, 'trigger');
  expect(faultsOf({ ...event, ...key }, 'alert')).toEqual([]);
  expect(Buffer.byteLength(JSON.stringify(event))).toBeLessThan(512_000);
  expect(event).toMatchObject({
    payload: {
      custom_details: { what_broke: message.broke, what_happened: ['x'], left_out_for_its_size: ['what_was_seen'] },
    },
  });
});

test('a message that nobody has bounded still fits', () => {
  const long = 'x'.repeat(1_000_000);
  const event = render({ ...compose(view(), 'page', NOW), broke: [long], now: long, why: long }, 'trigger');
  expect(Buffer.byteLength(JSON.stringify(event))).toBeLessThan(512_000);
});
