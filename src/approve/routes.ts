import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { answerError } from '../server/errors.ts';
import { header } from '../server/signed.ts';
import { createForgeries } from './forgeries.ts';
import { createIntake, type Intake } from './intake.ts';
import { readPagerduty } from './pagerduty.ts';
import type { PeopleRoutesParts } from './parts.ts';
import { type PersonRequest, toStored } from './request.ts';
import { type Refusal, refusePagerduty, refuseSlack } from './signature.ts';
import { readCommand, readInteraction, type SlackRequest } from './slack-request.ts';

type Parts = PeopleRoutesParts & { readonly intake: Intake };

/** Slack says 256 kB at most, PagerDuty drops what is larger itself. */
const BODY_LIMIT = 512 * 1024;

/**
 * What people send: presses, forms, commands, and what they do at PagerDuty. The signature is looked at first, over the raw
 * bytes. Then the request is stored and acknowledged; the work comes after that, because Slack waits three seconds and
 * PagerDuty five, and neither sends a press again.
 */
export function registerPeople(server: FastifyInstance, given: PeopleRoutesParts): void {
  const parts: Parts = { ...given, intake: createIntake(given) };
  const { slack, pagerduty } = parts.notify;
  const options = { bodyLimit: BODY_LIMIT };
  const forgeries = createForgeries(parts);
  if (slack?.signing_secret !== undefined) {
    const secret = slack.signing_secret;
    const fromSlack =
      (read: (body: Uint8Array) => SlackRequest | null) => async (request: FastifyRequest, reply: FastifyReply) => {
        const body = bodyOf(request);
        const refusal = refuseSlack(secret, request.headers, body, parts.clock.now());
        if (refusal === null) return slackRequest(parts, request, reply, read(body));
        forgeries.note(body, refusal);
        return refused(parts, 'slack', refusal, request, reply);
      };
    server.post('/slack/interactions', options, fromSlack(readInteraction));
    server.post('/slack/commands', options, fromSlack(readCommand));
  }
  if (pagerduty !== undefined && pagerduty.webhook_secrets.length > 0) {
    server.post('/webhooks/pagerduty', options, async (request, reply) => {
      const body = bodyOf(request);
      const refusal = refusePagerduty(pagerduty.webhook_secrets, request.headers, body);
      if (refusal !== null) return refused(parts, 'pagerduty', refusal, request, reply);
      return pagerdutyRequest(parts, reply, readPagerduty(body));
    });
  }
}

async function slackRequest(
  parts: Parts,
  { headers }: FastifyRequest,
  reply: FastifyReply,
  read: SlackRequest | null,
): Promise<FastifyReply> {
  if (read === null) {
    parts.metrics.webhooks.inc({ source: 'slack', outcome: 'rejected' });
    return answerError(reply, 'bad-request');
  }
  switch (read.kind) {
    case 'other':
      return reply.code(200).send();
    case 'no-reason':
      return reply
        .code(200)
        .send({ response_action: 'errors', errors: { why: 'Say why, for whoever has to act now.' } });
    case 'ask-why':
      askWhy(parts, read);
      return reply.code(200).send();
    default:
      // The signature is over the time and the whole body: it is the same only for the very same request.
      return keep(parts, 'slack', `slack-${header(headers, 'x-slack-signature')}`, read, reply);
  }
}

async function pagerdutyRequest(
  parts: Parts,
  reply: FastifyReply,
  event: ReturnType<typeof readPagerduty>,
): Promise<FastifyReply> {
  // PagerDuty drops what is answered 4xx, and stops to send after three of those.
  if (event === null) {
    parts.metrics.webhooks.inc({ source: 'pagerduty', outcome: 'rejected' });
    return reply.code(202).send({ accepted: 0, rejected: 1 });
  }
  if (event.request === null) return reply.code(202).send({ accepted: 0, rejected: 0 });
  return keep(parts, 'pagerduty', `pagerduty-${event.id}`, event.request, reply);
}

/** Stored first, acknowledged then: what was acknowledged is not lost. */
async function keep(
  parts: Parts,
  source: 'slack' | 'pagerduty',
  id: string,
  request: PersonRequest,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const { intake, metrics, log } = parts;
  if (parts.stopping()) return answerError(reply, 'stopping');
  try {
    const { handed, replays } = await intake({ id, data: toStored(request) });
    parts.handOver(handed);
    // The first time that it comes again is told, as every answer that does not count.
    if (replays === 1 && request.kind === 'answer') {
      const again = await intake({ id: `${id}-again`, data: toStored({ ...request, again: true }) });
      parts.handOver(again.handed);
    }
    metrics.webhooks.inc({ source, outcome: replays === 0 ? 'accepted' : 'repeated' });
    return source === 'slack' ? reply.code(200).send() : reply.code(202).send({ accepted: 1, rejected: 0 });
  } catch (error) {
    metrics.webhooks.inc({ source, outcome: 'not-stored' });
    log.error({ err: error, source }, 'what a person sent could not be stored');
    return answerError(reply, 'cannot-commit');
  }
}

/** Nothing is decided by it, so nothing is stored; the trigger is good for three seconds only. */
function askWhy(
  parts: PeopleRoutesParts,
  { trigger, approval, reply }: Extract<SlackRequest, { kind: 'ask-why' }>,
): void {
  const { desk, hardStop, onUnsaid } = parts;
  if (desk === null) return;
  void desk.askWhy(trigger, approval, reply.channel, hardStop).catch(async (error: Error) => {
    onUnsaid(error.message);
    const lines = [`The form could not be opened (${error.message}). Nothing was decided; press Deny again.`];
    await desk.say(reply, lines, hardStop).catch((again: Error) => onUnsaid(again.message));
  });
}

function refused(
  { metrics, log }: PeopleRoutesParts,
  source: 'slack' | 'pagerduty',
  why: Refusal,
  request: FastifyRequest,
  reply: FastifyReply,
): FastifyReply {
  metrics.webhooks.inc({ source, outcome: 'unauthorized' });
  log.warn({ source, why, from: request.ip }, 'a request of a person was refused');
  return answerError(reply, 'unauthorized');
}

function bodyOf({ body }: FastifyRequest): Uint8Array {
  return Buffer.isBuffer(body) ? body : Buffer.alloc(0);
}
