import { defineRemediation, formatDuration, path, stepsFor, z } from '../../src/remediation/index.ts';
import { PhoneId } from '../parameters.ts';
import { sampleQueue } from '../queues/parts/sample.ts';
import { settingsOf, settingsSchema } from '../settings.ts';
import { countPhones, INSTRUCTIONS, readAccount, readPhone, readPhoneRow, refuseForPerson } from './parts/phone.ts';

const params = z.strictObject({ phone: PhoneId });

const step = stepsFor(params);

/** How long until the vendor is asked again; the alert `timelinesai:down` has its own remediation meanwhile. */
const VENDOR_PAUSE = 120_000;

const diagnose = step({
  name: 'diagnose',
  effect: 'reads',
  repeat: 'safe',
  timeout: '45s',
  async run(ctx) {
    const { phone: id } = ctx.params;
    const { status, sendingPaused } = await readPhone(ctx, id);
    const { account, enabled, row } = await readPhoneRow(ctx, id);
    const vendor = await readAccount(ctx, account);
    const queue = await ctx.tools.bullmq.counts(settingsOf(ctx).phones.queue_prefix + id);

    if (status === 'BANNED' || vendor === 'banned') ctx.handOver(`Phone '${id}' is banned. ${INSTRUCTIONS.banned}`);
    if (!enabled) ctx.noop(`Phone '${id}' is disabled in wa_phone_numbers, so it is offline on purpose`);
    if (status === 'PAUSED') ctx.noop(`Phone '${id}' was paused, not lost; whoever paused it resumes it`);
    if (vendor === 'qr') ctx.handOver(`Phone '${id}' needs a QR scan. ${INSTRUCTIONS.qr}`);
    if (vendor === 'unreachable') {
      ctx.waitUntil(ctx.clock.now() + VENDOR_PAUSE, `TimelinesAI tells nothing about account '${account}' now`);
    }
    if (status === 'ACTIVE' && !sendingPaused) ctx.noop(`Phone '${id}' is ACTIVE and sends already`);
    return { status, vendor, row, waiting: queue.wait };
  },
});

const reconnect = step({
  name: 'reconnect',
  effect: 'changes',
  timeout: '30s',
  repeat: 'ask',
  async landed(ctx) {
    const { status } = await readPhone(ctx, ctx.params.phone);
    return status === 'RECONNECTING' || status === 'ACTIVE' ? { status } : undefined;
  },
  async run(ctx) {
    const { phone: id } = ctx.params;
    // It came back by itself and only has to be told to send again.
    if (ctx.result(diagnose).status === 'ACTIVE') return { status: 'ACTIVE' };
    const { idempotencyKey } = ctx;
    const answer = await ctx.tools
      .api('cerniq')
      .post(path`/api/v1/outreach/phones/${id}/reconnect`, undefined, { idempotencyKey });
    if (answer.ok) return { status: 'asked' };
    refuseForPerson(ctx, id, answer);
    throw new Error(`Cerniq answered ${answer.status} to the reconnect of phone '${id}'`);
  },
});

const waitOnline = step({
  name: 'wait-online',
  effect: 'reads',
  repeat: 'safe',
  timeout: '15m',
  async run(ctx) {
    const { phone: id } = ctx.params;
    const within = settingsOf(ctx).phones.online_within;
    const giveUpAt = ctx.clock.now() + within;
    await ctx.until('3s', async () => {
      const { status } = await readPhone(ctx, id);
      if (status === 'BANNED') ctx.handOver(`Phone '${id}' was banned while it reconnected. ${INSTRUCTIONS.banned}`);
      if (status !== 'ACTIVE' && ctx.clock.now() >= giveUpAt) {
        throw new Error(`Phone '${id}' is ${status} ${formatDuration(within)} after its reconnect`);
      }
      return status === 'ACTIVE';
    });
    return null;
  },
});

const resume = step({
  name: 'resume',
  effect: 'changes',
  // Resuming a phone that sends already changes nothing.
  repeat: 'safe',
  timeout: '30s',
  async run(ctx) {
    const { phone: id } = ctx.params;
    const { idempotencyKey } = ctx;
    const answer = await ctx.tools
      .api('cerniq')
      .post(path`/api/v1/outreach/phones/${id}/resume`, undefined, { idempotencyKey });
    if (!answer.ok) throw new Error(`Cerniq answered ${answer.status} to the resume of phone '${id}'`);
    return null;
  },
});

export default defineRemediation({
  summary: 'Reconnects one WhatsApp phone through the API and lets it send again.',
  risk: 'low',
  params,
  settings: settingsSchema,
  needs: ['cerniq', 'timelinesai', 'postgres', 'bullmq'],
  target: ({ phone }) => ({ kind: 'phone', id: phone }),
  population: countPhones,
  steps: [diagnose, reconnect, waitOnline, resume],
  verify: {
    within: '5m',
    every: '10s',
    holdFor: '2m',
    async probe(ctx) {
      const { phone: id } = ctx.params;
      const { status, sendingPaused } = await readPhone(ctx, id);
      const queue = await sampleQueue(ctx, settingsOf(ctx).phones.queue_prefix + id);
      return {
        healthy: status === 'ACTIVE' && !sendingPaused && !queue.growing,
        evidence: { status, sendingPaused, queue },
      };
    },
  },
});
