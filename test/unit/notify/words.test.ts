import { expect, test } from 'vitest';
import { compose } from '../../../src/notify/compose.ts';
import { renderFull, renderNews } from '../../../src/notify/slack/render.ts';
import type { ApprovalView } from '../../../src/notify/view.ts';
import { printed } from './printed.ts';
import { at, failedRun, NOW, phoneAlert, view } from './views.ts';

const drain: ApprovalView = {
  id: 'apr-1kb2f3x-00000001',
  remediation: 'queues/drain',
  summary: 'Exports every job of a queue to the evidence and empties it.',
  risk: 'high',
  params: { queue: 'bronze:ingest:csv', limit: 5_000 },
  from: 'on-call',
  onCall: null,
  needs: 2,
  target: { kind: 'queue', id: 'churn' },
  guards: [],
  decision: null,
  decidedAt: null,
  answers: [],
  expiresAt: at('03:27:30'),
};

test('a page after a repair that failed, while PagerDuty is down', () => {
  const notes = ['PagerDuty could not be reached, so this page goes to Slack only.'];
  const page = compose(view({}, { notes }), 'page', NOW);
  expect(printed(renderFull(page, ['S0ONCALL', 'here']))).toMatchInlineSnapshot(`
    "
    # HIGH: phone:offline on phone_07. The automatic repair failed.

    <!subteam^S0ONCALL> <!here>

    *Note:* PagerDuty could not be reached, so this page goes to Slack only.

    *What broke*
    Phone phone_07 has been offline for 5 minutes.
    A WhatsApp phone dropped off TimelinesAI; most come back by a reconnect through the API.
    It has been firing since 03:02 UTC, 16 min ago.

    *Now*
    Nobody has taken it yet. remedyd has stopped and will change nothing more.
    Why: Step 'reconnect' failed: POST /phones/phone_07/reconnect answered 502.

    *What to do next*
    1. Press 'I have it' below, so that nobody else is woken.
    2. Read the error of the failed step below; do by hand what it could not do.
    3. Follow the runbook: <https://git.example.com/ops/blob/main/docs/runbooks/phones.md#offline|runbook>
    4. When the alert is resolved at its source, this incident ends by itself.

    [ I have it ]

    *What was tried*
    phones/reconnect: failed, and was put back where possible, after 1 min 2 s (begun 03:03 UTC, 14 min ago)
          diagnose: done. status: disconnected, lastSeen: 02:58
          reconnect: failed. POST /phones/phone_07/reconnect answered 502

    *What was seen*
    \`\`\`
    03:04 UTC reconnect: call: POST /phones/phone_07/reconnect, status: 502
    03:03 UTC diagnose: status: disconnected, queue.wait: 40, queue.active: 0
    \`\`\`

    *Alerts*
    *phone:offline* firing \`severity=HIGH\` \`phone_id=phone_07\` \`account=acc-12\`

    -- \`inc-1kb2f3x-7d0m4qzt\` rule phone-offline, opened 03:02 UTC
    <https://remedyd.example.com/api/incidents/inc-1kb2f3x-7d0m4qzt|Everything about it>

    == on a locked phone ==
    <!subteam^S0ONCALL> <!here> HIGH: phone:offline on phone_07. The automatic repair failed.
    PagerDuty could not be reached, so this page goes to Slack only.
    Phone phone_07 has been offline for 5 minutes.
    Nobody has taken it yet. remedyd has stopped and will change nothing more.
    Say that you have it, so that nobody else is woken: remedyd ack inc-1kb2f3x-7d0m4qzt
    Read the error of the failed step below; do by hand what it could not do.
    Follow the runbook: https://git.example.com/ops/blob/main/docs/runbooks/phones.md#offline
    When the alert is resolved at its source, this incident ends by itself.
    "
  `);
});

test('a page at the deadline of what was held back says by what, with the numbers', () => {
  const numbers = { scope: 'rule', key: 'phone-offline', owner: 'ana@bastion', why: 'new SIM cards', until: null };
  const guards = [{ guard: 'pause', ok: false, reason: 'paused', numbers }];
  const held = { at: at('03:02:31'), type: 'held', reason: 'paused' as const, summary: 'paused', data: { guards } };
  const data = { state: 'held', heldFor: 'paused' };
  const passed = { at: NOW, type: 'deadline-passed', reason: 'deadline' as const, summary: 'passed', data };
  const page = compose(view({ reason: 'deadline' }, { runs: [], timeline: [held, passed] }), 'page', NOW);
  const because = 'rule phone-offline is paused by ana@bastion until it is resumed: new SIM cards';
  expect(page.headline).toBe(`HIGH: phone:offline on phone_07. It was not healed in time, because ${because}.`);
  expect(page.why).toBe(
    `The time that the rule gives for healing has passed. Nothing was done, because ${because} (03:02 UTC).`,
  );
  expect(page.next[1]).toBe(
    'remedyd was held back at 03:02 UTC. What would have let it act: remedyd resume --rule phone-offline',
  );
});

test('a page at the deadline, while a repair still runs', () => {
  const running = { ...failedRun, outcome: null, endedAt: null, startedAt: at('03:16:00') };
  const page = compose(
    view({ state: 'running', reason: 'deadline', recurrenceOf: 'inc-1kb2a00-00000009' }, { runs: [running] }),
    'page',
    NOW,
  );
  expect(printed(renderFull(page))).toMatchInlineSnapshot(`
    "
    # HIGH: phone:offline on phone_07. It was not healed in time. A repair is running.

    *What broke*
    Phone phone_07 has been offline for 5 minutes.
    A WhatsApp phone dropped off TimelinesAI; most come back by a reconnect through the API.
    It has been firing since 03:02 UTC, 16 min ago.
    It came back: inc-1kb2a00-00000009 was the same trouble and had been healed shortly before.

    *Now*
    remedyd is running phones/reconnect right now. Pause it before you change the same thing by hand.
    Why: The time that the rule gives for healing has passed.

    *What to do next*
    1. Press 'I have it' below, so that nobody else is woken.
    2. Follow the runbook: <https://git.example.com/ops/blob/main/docs/runbooks/phones.md#offline|runbook>
    3. When the alert is resolved at its source, this incident ends by itself.

    [ I have it ]

    *What was tried*
    phones/reconnect: still running (begun 03:16 UTC, 1 min 30 s ago)
          diagnose: done. status: disconnected, lastSeen: 02:58
          reconnect: failed. POST /phones/phone_07/reconnect answered 502

    *What was seen*
    \`\`\`
    03:04 UTC reconnect: call: POST /phones/phone_07/reconnect, status: 502
    03:03 UTC diagnose: status: disconnected, queue.wait: 40, queue.active: 0
    \`\`\`

    *Alerts*
    *phone:offline* firing \`severity=HIGH\` \`phone_id=phone_07\` \`account=acc-12\`

    -- \`inc-1kb2f3x-7d0m4qzt\` rule phone-offline, opened 03:02 UTC
    <https://remedyd.example.com/api/incidents/inc-1kb2f3x-7d0m4qzt|Everything about it>

    == on a locked phone ==
    HIGH: phone:offline on phone_07. It was not healed in time. A repair is running.
    Phone phone_07 has been offline for 5 minutes.
    remedyd is running phones/reconnect right now. Pause it before you change the same thing by hand.
    Say that you have it, so that nobody else is woken: remedyd ack inc-1kb2f3x-7d0m4qzt
    Follow the runbook: https://git.example.com/ops/blob/main/docs/runbooks/phones.md#offline
    When the alert is resolved at its source, this incident ends by itself.
    "
  `);
});

test('a page for alerts that no rule covers, with nowhere to link to', () => {
  const disk = { ...phoneAlert, name: 'DiskFull', labels: { host: 'db-1' }, annotations: {}, startsAt: null };
  const gone = { ...disk, name: 'DiskSlow', status: 'resolved' as const };
  const bare = { rule: null, runs: [], evidence: [], statusBaseUrl: null, runbookBaseUrl: null, alerts: [disk, gone] };
  const change = {
    rule: 'unmatched',
    reason: 'unmatched',
    severity: 'critical',
    target: { kind: 'host', id: 'db-1' },
  } as const;
  expect(printed(renderFull(compose(view(change, bare), 'page', NOW)))).toMatchInlineSnapshot(`
    "
    # CRITICAL: DiskFull and 1 more alert on host db-1. No rule covers it.

    *What broke*
    DiskFull on host db-1.
    1 of 2 alerts has been firing since 03:02 UTC, 15 min ago.

    *Now*
    Nobody has taken it yet. remedyd changes nothing here.
    Why: No rule matches the alert.

    *What to do next*
    1. Press 'I have it' below, so that nobody else is woken.
    2. Judge by the alert itself. Afterwards, write a rule for it.
    3. When the alert is resolved at its source, this incident ends by itself.

    [ I have it ]

    *What was tried*
    Nothing.

    *Alerts*
    *DiskFull* firing \`host=db-1\`
    *DiskSlow* resolved \`host=db-1\`

    -- \`inc-1kb2f3x-7d0m4qzt\` rule unmatched, opened 03:02 UTC
    Everything about it: \`remedyd report inc-1kb2f3x-7d0m4qzt\`

    == on a locked phone ==
    CRITICAL: DiskFull and 1 more alert on host db-1. No rule covers it.
    DiskFull on host db-1.
    Nobody has taken it yet. remedyd changes nothing here.
    Say that you have it, so that nobody else is woken: remedyd ack inc-1kb2f3x-7d0m4qzt
    Judge by the alert itself. Afterwards, write a rule for it.
    When the alert is resolved at its source, this incident ends by itself.
    "
  `);
});

test('a request for approval', () => {
  const ask = compose(
    view({ state: 'approving', reason: 'high-risk', pagedAt: null }, { runs: [], approval: drain }),
    'ask',
    NOW,
  );
  expect(printed(renderFull(ask))).toMatchInlineSnapshot(`
    "
    # HIGH: phone:offline on phone_07. May remedyd run queues/drain?

    *What broke*
    Phone phone_07 has been offline for 5 minutes.
    A WhatsApp phone dropped off TimelinesAI; most come back by a reconnect through the API.
    It has been firing since 03:02 UTC, 16 min ago.

    *Now*
    remedyd waits for an answer and changes nothing until then.
    Why: The remediation is of high risk: a person decides.

    *The plan*
    \`queues/drain\` (risk: high)
    *on-call may answer, until 03:27 UTC, in 10 min. 0 of 2 have approved.*
    On queue churn.
    Exports every job of a queue to the evidence and empties it.
    queue: bronze:ingest:csv
    limit: 5000

    *What to do next*
    1. Approve or deny until 03:27 UTC, in 10 min. 2 people of on-call must approve; one denial ends it.
    2. If nobody answers in time, the on-call person is paged.
    3. Follow the runbook: <https://git.example.com/ops/blob/main/docs/runbooks/phones.md#offline|runbook>

    [ Approve ] [ Deny ]

    *What was tried*
    Nothing.

    *What was seen*
    \`\`\`
    03:04 UTC reconnect: call: POST /phones/phone_07/reconnect, status: 502
    03:03 UTC diagnose: status: disconnected, queue.wait: 40, queue.active: 0
    \`\`\`

    *Alerts*
    *phone:offline* firing \`severity=HIGH\` \`phone_id=phone_07\` \`account=acc-12\`

    -- \`inc-1kb2f3x-7d0m4qzt\` rule phone-offline, opened 03:02 UTC
    <https://remedyd.example.com/api/incidents/inc-1kb2f3x-7d0m4qzt|Everything about it>

    == on a locked phone ==
    HIGH: phone:offline on phone_07. May remedyd run queues/drain?
    Phone phone_07 has been offline for 5 minutes.
    remedyd waits for an answer and changes nothing until then.
    Approve or deny until 03:27 UTC, in 10 min. 2 people of on-call must approve; one denial ends it.
    If nobody answers in time, the on-call person is paged.
    Follow the runbook: https://git.example.com/ops/blob/main/docs/runbooks/phones.md#offline
    "
  `);
});

test('a request that was answered while it waited to be sent asks nobody any more', () => {
  const late = compose(view({ state: 'running', reason: 'admitted', pagedAt: null }, { approval: drain }), 'ask', NOW);
  expect(late).toMatchObject({ topic: 'update', approval: null, next: ['Nothing is asked of you now.'] });
});

test('a page that could not be sent until all was over wakes nobody any more', () => {
  const late = compose(view({ state: 'healed', reason: 'held', endedAt: NOW, firing: false }), 'page', NOW);
  expect(late).toMatchObject({ topic: 'end', headline: expect.stringMatching(/^Healed/) });
});

test('news: somebody took it', () => {
  const news = compose(view({ ackedBy: 'Ana', ackedAt: NOW }), 'update', NOW);
  expect(printed(renderNews(news))).toMatchInlineSnapshot(`
    "
    *phone:offline on phone_07. Ana has it.*

    Ana has it. remedyd has stopped and will change nothing more.
    Step 'reconnect' failed: POST /phones/phone_07/reconnect answered 502.

    *What happened*
    03:02 UTC Opened by phone:offline
    03:03 UTC Run 1 of phones/reconnect begun
    03:04 UTC phones/reconnect failed

    *What to do next*
    Nothing is asked of you now.

    == on a locked phone ==
    phone:offline on phone_07. Ana has it.
    Phone phone_07 has been offline for 5 minutes.
    Ana has it. remedyd has stopped and will change nothing more.
    Nothing is asked of you now.
    "
  `);
});

test('the end: healed', () => {
  const run = { ...failedRun, outcome: 'held', steps: [] } as const;
  const end = compose(
    view({ state: 'healed', reason: 'held', endedAt: NOW, firing: false }, { runs: [run] }),
    'end',
    NOW,
  );
  expect(printed(renderNews(end))).toMatchInlineSnapshot(`
    "
    *Healed: phone:offline on phone_07 after 15 min*

    phones/reconnect helped.
    The alert stayed gone and the probe healthy for the whole hold time.

    *What was tried*
    phones/reconnect: helped, after 1 min 2 s (begun 03:03 UTC, 14 min ago)

    *What happened*
    03:02 UTC Opened by phone:offline
    03:03 UTC Run 1 of phones/reconnect begun
    03:04 UTC phones/reconnect failed

    *What to do next*
    Nothing is left to do.

    == on a locked phone ==
    Healed: phone:offline on phone_07 after 15 min
    phones/reconnect helped.
    Nothing is left to do.
    "
  `);
});

test('the end: closed by the source after a page', () => {
  const end = compose(
    view({ state: 'closed', reason: 'source-resolved', endedAt: NOW, firing: false }, { runs: [] }),
    'end',
    NOW,
  );
  expect(printed(renderNews(end))).toMatchInlineSnapshot(`
    "
    *Over: phone:offline on phone_07 after 15 min*

    The incident is closed.
    The source says that the alert is resolved.

    *What happened*
    03:02 UTC Opened by phone:offline
    03:03 UTC Run 1 of phones/reconnect begun
    03:04 UTC phones/reconnect failed

    *What to do next*
    Nothing is left to do.

    == on a locked phone ==
    Over: phone:offline on phone_07 after 15 min
    The incident is closed.
    Nothing is left to do.
    "
  `);
});

test('a page after a repair that found that a person is needed', () => {
  const why =
    "Phone 'phone_07' needs a QR scan. Open the TimelinesAI dashboard, scan the QR code with the phone and wait 5 min";
  const [looked] = failedRun.steps;
  const run = { ...failedRun, outcome: 'stopped', why, steps: looked === undefined ? [] : [looked] } as const;
  const page = compose(view({ reason: 'handed-over' }, { runs: [run] }), 'page', NOW);
  expect(printed(renderFull(page))).toMatchInlineSnapshot(`
    "
    # HIGH: phone:offline on phone_07. Phone 'phone_07' needs a QR scan.

    *What broke*
    Phone phone_07 has been offline for 5 minutes.
    A WhatsApp phone dropped off TimelinesAI; most come back by a reconnect through the API.
    It has been firing since 03:02 UTC, 16 min ago.

    *Now*
    Nobody has taken it yet. remedyd has stopped and will change nothing more.
    Why: Phone 'phone_07' needs a QR scan. Open the TimelinesAI dashboard, scan the QR code with the phone and wait 5 min.

    *What to do next*
    1. Press 'I have it' below, so that nobody else is woken.
    2. Open the TimelinesAI dashboard, scan the QR code with the phone and wait 5 min.
    3. Follow the runbook: <https://git.example.com/ops/blob/main/docs/runbooks/phones.md#offline|runbook>
    4. When the alert is resolved at its source, this incident ends by itself.

    [ I have it ]

    *What was tried*
    phones/reconnect: stopped before it changed anything, after 1 min 2 s (begun 03:03 UTC, 14 min ago)
          diagnose: done. status: disconnected, lastSeen: 02:58

    *What was seen*
    \`\`\`
    03:04 UTC reconnect: call: POST /phones/phone_07/reconnect, status: 502
    03:03 UTC diagnose: status: disconnected, queue.wait: 40, queue.active: 0
    \`\`\`

    *Alerts*
    *phone:offline* firing \`severity=HIGH\` \`phone_id=phone_07\` \`account=acc-12\`

    -- \`inc-1kb2f3x-7d0m4qzt\` rule phone-offline, opened 03:02 UTC
    <https://remedyd.example.com/api/incidents/inc-1kb2f3x-7d0m4qzt|Everything about it>

    == on a locked phone ==
    HIGH: phone:offline on phone_07. Phone 'phone_07' needs a QR scan.
    Phone phone_07 has been offline for 5 minutes.
    Nobody has taken it yet. remedyd has stopped and will change nothing more.
    Say that you have it, so that nobody else is woken: remedyd ack inc-1kb2f3x-7d0m4qzt
    Open the TimelinesAI dashboard, scan the QR code with the phone and wait 5 min.
    Follow the runbook: https://git.example.com/ops/blob/main/docs/runbooks/phones.md#offline
    When the alert is resolved at its source, this incident ends by itself.
    "
  `);
});

test('a page that goes out at once, while the repair runs', () => {
  const change = { severity: 'critical', state: 'running', reason: 'admitted', pagesInParallel: true } as const;
  const steps = [{ name: 'diagnose', phase: 'begun', result: null, error: null }] as const;
  const run = { ...failedRun, outcome: null, why: null, endedAt: null, steps };
  const { headline, now, why, next, tried } = compose(view(change, { runs: [run] }), 'page', NOW);
  expect(tried).toMatchObject([{ steps: ['diagnose: under way'] }]);
  expect([headline, now, why, ...next]).toMatchInlineSnapshot(`
    [
      "CRITICAL: phone:offline on phone_07. A repair is running.",
      "remedyd is running phones/reconnect right now. Pause it before you change the same thing by hand.",
      "The rule tells a person at once.",
      "Say that you have it, so that nobody else is woken: remedyd ack inc-1kb2f3x-7d0m4qzt",
      "You need not act yet: if remedyd heals it this page is resolved by itself, and if not you are told here.",
      "Follow the runbook: https://git.example.com/ops/blob/main/docs/runbooks/phones.md#offline",
      "When the alert is resolved at its source, this incident ends by itself.",
    ]
  `);
});

test('a page because healing takes too long', () => {
  const change = { state: 'verifying', reason: 'applied' } as const;
  expect(compose(view(change), 'page', NOW).headline).toBe(
    'HIGH: phone:offline on phone_07. It was not healed in time. A repair ran; it is being checked.',
  );
});
