import { z } from 'zod';
import { cleanLine } from '../notify/say/clean.ts';
import type { PersonRequest } from './request.ts';

/** A webhook of PagerDuty: the event's id, the same for every delivery of it, and what a person did, if one did. */
export interface PagerdutyEvent {
  readonly id: string;
  readonly request: Extract<PersonRequest, { kind: 'pagerduty' }> | null;
}

const event = z.looseObject({
  event: z.looseObject({
    id: z.string().min(1).max(200),
    event_type: z.string(),
    agent: z
      .looseObject({ type: z.string().nullish(), summary: z.string().nullish(), id: z.string().nullish() })
      .nullish(),
    data: z.looseObject({ incident_key: z.string().nullish() }).nullish(),
  }),
});

const TYPES: Readonly<Record<string, 'acknowledged' | 'resolved'>> = {
  'incident.acknowledged': 'acknowledged',
  'incident.resolved': 'resolved',
};

/**
 * Reads a v3 webhook. Only what a person did counts: our own events come back as webhooks too, with an integration as their
 * agent. The incident's key there is the id of ours. Null where it is no webhook of PagerDuty.
 */
export function readPagerduty(body: Uint8Array): PagerdutyEvent | null {
  let json: unknown;
  try {
    json = JSON.parse(Buffer.from(body).toString('utf8'));
  } catch {
    return null;
  }
  const read = event.safeParse(json);
  if (!read.success) return null;
  const { id, event_type, agent, data } = read.data.event;
  const type = Object.hasOwn(TYPES, event_type) ? TYPES[event_type] : undefined;
  const incident = data?.incident_key ?? '';
  const isPerson = agent?.type?.startsWith('user') ?? false;
  if (type === undefined || !isPerson || !/^inc-[0-9a-z-]{4,40}$/.test(incident)) return { id, request: null };
  const by = cleanLine(agent?.summary || agent?.id || 'somebody at PagerDuty', 60);
  return { id, request: { kind: 'pagerduty', type, incident, by } };
}
