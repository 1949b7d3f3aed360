import { type Fake, startFake } from '../fake.ts';
import { faultsOf, type PagerDutyEvent } from './event.ts';

/** One incident as the service on the other side of the routing key sees it. */
export interface PagerDutyIncident {
  readonly routingKey: string;
  readonly dedupKey: string;
  readonly status: 'triggered' | 'acknowledged' | 'resolved';
  readonly summary: string;
  readonly severity: string;
  /** Events that reached it, oldest first. */
  readonly events: readonly PagerDutyEvent[];
}

export interface FakePagerDuty extends Fake {
  /** Accepted alert events, also those that were silently dropped. */
  readonly events: readonly PagerDutyEvent[];
  readonly changes: readonly unknown[];
  /** Every incident ever opened, oldest first. */
  readonly incidents: readonly PagerDutyIncident[];
  /** The newest incident with this key, open or not. */
  incident(dedupKey: string): PagerDutyIncident | undefined;
}

const MAX_BYTES = 512 * 1024;

/** The Events API v2. Only the routing keys given are known to it. */
export async function startPagerDuty(options: { readonly routingKeys: readonly string[] }): Promise<FakePagerDuty> {
  const events: PagerDutyEvent[] = [];
  const changes: unknown[] = [];
  const incidents: PagerDutyIncident[] = [];

  const openOne = ({ routing_key, dedup_key }: PagerDutyEvent): number =>
    incidents.findLastIndex(
      (one) => one.routingKey === routing_key && one.dedupKey === dedup_key && one.status !== 'resolved',
    );

  function apply(event: PagerDutyEvent): void {
    const index = openOne(event);
    const open = incidents[index];
    if (event.event_action === 'trigger' && open === undefined) {
      const { summary = '', severity = '' } = event.payload ?? {};
      const dedupKey = event.dedup_key ?? '';
      incidents.push({
        routingKey: event.routing_key,
        dedupKey,
        status: 'triggered',
        summary,
        severity,
        events: [event],
      });
      return;
    }
    // What acknowledges or resolves nothing is accepted and dropped, as the real one does.
    if (open === undefined) return;
    const status = { trigger: open.status, acknowledge: 'acknowledged', resolve: 'resolved' } as const;
    incidents[index] = { ...open, status: status[event.event_action], events: [...open.events, event] };
  }

  const judge = (body: unknown, kind: 'alert' | 'change') => {
    if (typeof body !== 'object' || body === null || Array.isArray(body)) {
      return {
        code: 400,
        answer: refusal('unrecognized object', 'Event object format is unrecognized', ['JSON parse error']),
      };
    }
    if (JSON.stringify(body).length > MAX_BYTES)
      return { code: 413, answer: refusal('invalid event', 'Event is too large', []) };
    const errors = faultsOf(body as Record<string, unknown>, kind);
    const { routing_key } = body as { routing_key?: string };
    if (errors.length === 0 && !options.routingKeys.includes(String(routing_key))) errors.push('Invalid routing key');
    return errors.length === 0
      ? undefined
      : { code: 400, answer: refusal('invalid event', 'Event object is invalid', errors) };
  };

  const fake = await startFake({
    name: 'PagerDuty',
    rejected: (status) => refusal(status === 429 ? 'throttle exceeded' : 'error', `fault ${status}`, []),
    routes(app) {
      app.post('/v2/enqueue', async ({ body }, reply) => {
        const refused = judge(body, 'alert');
        if (refused) return await reply.code(refused.code).send(refused.answer);
        const event = { dedup_key: crypto.randomUUID().replaceAll('-', ''), ...(body as PagerDutyEvent) };
        events.push(event);
        apply(event);
        return await reply
          .code(202)
          .send({ status: 'success', message: 'Event processed', dedup_key: event.dedup_key });
      });
      app.post('/v2/change/enqueue', async ({ body }, reply) => {
        const refused = judge(body, 'change');
        if (refused) return await reply.code(refused.code).send(refused.answer);
        changes.push(body);
        return await reply.code(202).send({ status: 'success', message: 'Change event processed' });
      });
    },
  });
  return {
    ...fake,
    events,
    changes,
    incidents,
    incident: (dedupKey) => incidents.findLast((one) => one.dedupKey === dedupKey),
  };
}

function refusal(status: string, message: string, errors: readonly string[]) {
  return { status, message, errors };
}
