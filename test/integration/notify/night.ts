import type { IncidentEvent } from '../../../src/domain/event.ts';
import { advance, type Incident } from '../../../src/domain/incident.ts';
import type { JsonObject } from '../../../src/domain/json.ts';
import type { Millis, Time } from '../../../src/domain/time.ts';
import { escalationSchema } from '../../../src/escalate/config.ts';
import type { PeopleParts } from '../../../src/escalate/people.ts';
import { remarkRowDue } from '../../../src/escalate/remark.ts';
import { replyRow } from '../../../src/escalate/reply.ts';
import { sendRow } from '../../../src/escalate/send.ts';
import { tellRow } from '../../../src/escalate/tell.ts';
import type { Channel } from '../../../src/notify/channel.ts';
import { type NotifyConfig, notifySchema } from '../../../src/notify/config.ts';
import { type Check, readChecks } from '../../../src/observe/health.ts';
import { incidentsSchema } from '../../../src/report/config.ts';
import { createRulebook } from '../../../src/rules/rulebook.ts';
import { findIncident, lockIncidents } from '../../../src/store/incidents.ts';
import { findRow, insertOutbox, type OutboxRow } from '../../../src/store/outbox.ts';
import { record } from '../../../src/store/record.ts';
import { readTimeline } from '../../../src/store/timeline.ts';
import { NOW, openOne, openStore } from '../store/store.ts';

/**
 * A night in which only messages are owed, on a real database, in virtual time: work is done in the order in which it is
 * due, one after another, and between two pieces of it time jumps.
 */
export async function openNight(given: {
  readonly channels: readonly Channel[];
  readonly notify?: Partial<NotifyConfig>;
  /** As the config writes it. */
  readonly escalation?: object;
}) {
  const store = await openStore(4);
  const { db } = store;
  const state = { now: NOW as Time };
  const unreachable: string[] = [];
  const parts: PeopleParts = {
    db,
    clock: { now: () => state.now, sleep: async () => undefined },
    channels: new Map(given.channels.map((channel) => [channel.name, channel])),
    notify: { ...notifySchema.parse({}), ...given.notify },
    remediations: new Map(),
    maintenance: [],
    timeIntervals: new Map(),
    escalateAfter: 900_000,
    ackFor: 1_800_000,
    approvers: null,
    rotations: [],
    incidents: incidentsSchema.parse({}),
    report: async (id) => `# ${id}\n`,
    groups: new Map(),
    escalation: escalationSchema.parse(given.escalation ?? {}),
    hardStop: new AbortController().signal,
    rulebook: () => createRulebook([]),
    random: () => 1,
    handOver: () => undefined,
    onTold: () => undefined,
    onEscalated: () => undefined,
    onUnheard: () => undefined,
    onUnreachable: (_incident, why) => unreachable.push(why),
  };

  async function happens(id: string, event: IncidentEvent): Promise<void> {
    await db.transaction(async (sql) => {
      const before = (await lockIncidents(sql, [id])).get(id);
      const step = before === undefined ? null : advance(before.incident, event, state.now);
      if (before === undefined || step === null) throw new Error(`${event.type} says nothing to ${id}`);
      await record(sql, [{ before, after: step.incident, entries: [], owed: step.owed }], state.now);
    });
  }

  async function doOne(row: OutboxRow): Promise<void> {
    if (row.kind === 'tell') await tellRow(parts, row);
    else if (row.kind === 'remark') await remarkRowDue(parts, row);
    else if (row.kind === 'reply') await replyRow(parts, row);
    else await sendRow(parts, row);
  }

  async function next(until: Time): Promise<OutboxRow | undefined> {
    const [found] = await db.query<{ id: number }>(
      `select id from remedyd.outbox where kind in ('tell', 'send', 'remark', 'reply') and due_at <= $1 order by due_at, id limit 1`,
      [new Date(until)],
    );
    return found === undefined ? undefined : findRow(db, found.id);
  }

  return {
    db,
    parts,
    unreachable,
    now: () => state.now,
    happens,
    /** An incident that pages now. */
    async pages(thing: string, more: Partial<Incident> = {}): Promise<string> {
      const { id } = await openOne(db, thing, { openedAt: state.now, ...more });
      await happens(id, { type: 'escalated', reason: 'unmatched' });
      return id;
    },
    /** An incident that nobody has been told of. */
    async opens(thing: string, more: Partial<Incident> = {}): Promise<string> {
      return (await openOne(db, thing, { openedAt: state.now, ...more })).id;
    },
    /** One message is owed, now. */
    async owes(incidentId: string, data: JsonObject): Promise<void> {
      await insertOutbox(db, [{ kind: 'send', incidentId, runId: null, data, dueAt: state.now }], state.now);
    },
    /** Lets this much time pass; whatever is due meanwhile is done at its time. */
    async passes(ms: Millis): Promise<void> {
      const end = state.now + ms;
      for (let row = await next(end); row !== undefined; row = await next(end)) {
        state.now = Math.max(state.now, row.dueAt);
        await doOne(row);
      }
      state.now = end;
    },
    /** What is still owed to people. */
    async owed(): Promise<number> {
      const rows = await db.query(`select 1 from remedyd.outbox where kind in ('tell', 'send')`);
      return rows.length;
    },
    async incident(id: string): Promise<Incident | undefined> {
      return (await findIncident(db, id))?.incident;
    },
    async history(id: string): Promise<string[]> {
      return (await readTimeline(db, id)).map((entry) => entry.summary);
    },
    /** As `/readyz` shows it. */
    async check(name: string): Promise<Check | undefined> {
      const health = {
        channelNames: [...parts.channels.keys()],
        rulesFault: () => null,
        clockFault: () => null,
        queueFault: () => null,
      };
      return (await readChecks({ db, clock: parts.clock, ...health })).find((one) => one.name === name);
    },
    [Symbol.asyncDispose]: () => store[Symbol.asyncDispose](),
  };
}
