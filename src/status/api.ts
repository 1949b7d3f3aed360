import type { FastifyInstance } from 'fastify';
import type { Why } from '../decide/why.ts';
import { type Time, toIso } from '../domain/time.ts';
import type { Remediation } from '../remediation/define.ts';
import type { Rulebook } from '../rules/rulebook.ts';
import { answerError } from '../server/errors.ts';
import { type ApiAuth, readersOnly } from '../server/readers.ts';
import type { Db } from '../store/db.ts';
import { episodesOf } from '../store/episodes.ts';
import { type IncidentFilter, listIncidents } from '../store/listing.ts';
import { runsOfIncidents } from '../store/runs.ts';
import { incidentItem } from './incident-json.ts';
import { readDetail } from './read-detail.ts';
import { type GuardsParts, readGuards } from './read-guards.ts';
import { type RulesParts, readRules } from './read-rules.ts';
import { readStatus, type StatusParts } from './read-status.ts';

export interface ApiParts extends StatusParts, RulesParts, GuardsParts {
  readonly db: Db;
  readonly auth: ApiAuth;
  readonly remediations: ReadonlyMap<string, Remediation>;
  rulebook(): Rulebook;
  /** Why an incident stands as it does; undefined where there is none. */
  why(id: string): Promise<Why | undefined>;
  /** The report of an incident as markdown; undefined where there is none. */
  report(id: string): Promise<string | undefined>;
}

/** A name that stands twice comes as a list. */
type Query = Readonly<Record<string, string | readonly string[] | undefined>>;

/** The read-only API for people on call and for machines. It never changes anything. */
export function registerApi(server: FastifyInstance, parts: ApiParts): void {
  const { db } = parts;
  const onRequest = readersOnly(parts.auth);

  server.get('/api/status', { onRequest }, () => readStatus(parts));

  server.get('/api/incidents', { onRequest }, async (request, reply) => {
    const filter = readFilter(request.query as Query);
    if (typeof filter === 'string') return answerError(reply, 'bad-request', filter);
    const { incidents, more, items } = await db.snapshot(async (sql) => {
      const { incidents, more } = await listIncidents(sql, filter);
      const ids = incidents.map((incident) => incident.id);
      const episodes = Map.groupBy(await episodesOf(sql, ids), (episode) => episode.incidentId ?? '');
      const runs = Map.groupBy(await runsOfIncidents(sql, ids), (run) => run.incidentId);
      const items = incidents.map((one) => incidentItem(one, episodes.get(one.id) ?? [], runs.get(one.id) ?? []));
      return { incidents, more, items };
    });
    const last = incidents.at(-1);
    return { items, next: more && last !== undefined ? cursorOf(last.openedAt, last.id) : null };
  });

  server.get('/api/incidents/:id', { onRequest }, async (request, reply) => {
    const { id } = request.params as { id: string };
    const detail = await db.snapshot((sql) => readDetail(sql, id));
    if (detail === undefined) return answerError(reply, 'not-found', `No incident is called '${id}'.`);
    const { decided = null, present = null } = (await parts.why(id)) ?? {};
    return { ...detail, explanation: { decided, present } };
  });

  server.get('/api/incidents/:id/report.md', { onRequest }, async (request, reply) => {
    const { id } = request.params as { id: string };
    const markdown = await parts.report(id);
    if (markdown === undefined) return answerError(reply, 'not-found', `No incident is called '${id}'.`);
    // Whatever a browser makes of it, it is text.
    return reply.type('text/markdown; charset=utf-8').header('x-content-type-options', 'nosniff').send(markdown);
  });

  server.get('/api/rules', { onRequest }, () => readRules(parts));

  server.get('/api/guards', { onRequest }, () => readGuards(parts));

  server.get('/api/remediations', { onRequest }, () => ({
    items: [...parts.remediations].map(([name, { summary, risk, needs, steps }]) => {
      return {
        name,
        summary,
        risk,
        needs,
        steps: steps.map((step) => ({ name: step.name, effect: step.effect, repeat: step.repeat })),
      };
    }),
  }));
}

const DEFAULT_LIMIT = 50;
const MOST = 500;

/** The filter, or what is wrong with it. */
function readFilter(given: Query): IncidentFilter | string {
  const twice = Object.keys(given).find((name) => typeof given[name] === 'object');
  if (twice !== undefined) return `${twice} stands more than once; write it once, states with commas between them.`;
  const query = given as Readonly<Record<string, string | undefined>>;
  const limit = Number(query.limit ?? DEFAULT_LIMIT);
  if (!Number.isInteger(limit) || limit < 1 || limit > MOST) return `limit must be a number from 1 to ${MOST}.`;
  const states = (query.state ?? '').split(',').filter((state) => state !== '');
  const open = states.includes('open') ? true : states.includes('ended') ? false : null;
  const after = query.cursor === undefined ? null : readCursor(query.cursor);
  if (after === undefined) return 'cursor must be one that an earlier answer gave as next.';
  const named = states.filter((state) => state !== 'open' && state !== 'ended');
  return { states: named, open, rule: query.rule ?? null, target: query.target ?? null, limit, after };
}

function cursorOf(openedAt: Time, id: string): string {
  return Buffer.from(JSON.stringify([openedAt, id])).toString('base64url');
}

function readCursor(text: string): { openedAt: Time; id: string } | undefined {
  try {
    const [openedAt, id] = JSON.parse(Buffer.from(text, 'base64url').toString('utf8')) as [unknown, unknown];
    return typeof openedAt === 'number' && typeof id === 'string' && toIso(openedAt) !== ''
      ? { openedAt, id }
      : undefined;
  } catch {
    return undefined;
  }
}
