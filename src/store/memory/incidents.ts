import { type Target, targetKey } from '../../domain/alert.ts';
import type { Incident } from '../../domain/incident.ts';
import type { Time } from '../../domain/time.ts';
import type { FlapRow, OpeningRow } from '../guard-facts.ts';
import type { StoredIncident } from '../incidents.ts';
import type { FactsLedger, IncidentLedger, OutboxLedger } from '../ledger.ts';
import { rowsOwed, StaleIncident } from '../record.ts';
import { chain, GENESIS, type TimelineRow } from '../timeline.ts';
import { type Aging, aging } from './aging.ts';
import { indexSets } from './index-sets.ts';
import { UniqueViolation } from './refused.ts';

/** Open problems and their histories, in memory. */
export interface MemoryIncidents extends IncidentLedger, Pick<FactsLedger, 'sickTargets' | 'openingsOf' | 'changesOf'> {
  find(id: string): StoredIncident | undefined;
  all(): IterableIterator<StoredIncident>;
  timeline(id: string): readonly TimelineRow[];
  /** Lets go of incidents that ended before the first time, and of what they opened before the second. */
  forget(ended: Time, facts: Time): void;
  count(): number;
}

const slotOf = ({ rule, target }: { readonly rule: string; readonly target: Target }) =>
  `${rule}\n${targetKey(target)}`;

/**
 * @param keepsTimeline false leaves the histories and their hashes out, which is most of the work
 */
export function memoryIncidents(outbox: Pick<OutboxLedger, 'insertOutbox'>, keepsTimeline: boolean): MemoryIncidents {
  const byId = new Map<string, StoredIncident>();
  const open = new Map<string, string>();
  const healed = new Map<string, { readonly id: string; readonly at: Time }>();
  /** Ids of open incidents whose alert fires, by the kind of their target. */
  const sick = indexSets<string, string>();
  const openings = new Map<string, Aging<OpeningRow>>();
  /** What came and went by itself, by rule and target. */
  const flaps = new Map<string, Aging<FlapRow>>();
  const ended = aging<string>();
  const timelines = new Map<string, TimelineRow[]>();

  function check(before: StoredIncident | null, after: Incident): void {
    const stored = byId.get(after.id);
    if (before !== null) {
      if (stored === undefined || stored.incident.version !== after.version - 1)
        throw new StaleIncident(`${after.id} was changed meanwhile`);
      return;
    }
    if (stored !== undefined || (after.endedAt === null && open.has(slotOf(after))))
      throw new UniqueViolation(`An incident of '${after.rule}' on ${targetKey(after.target)} is open already`);
  }

  function put(stored: StoredIncident): void {
    const { incident } = stored;
    const { id, rule, target, endedAt } = incident;
    const before = byId.get(id)?.incident;
    byId.set(id, stored);
    if (before === undefined) {
      const list = openings.get(rule) ?? aging();
      openings.set(rule, list);
      list.push(incident.openedAt, { rule, target: targetKey(target), at: incident.openedAt });
    }
    const isSick = endedAt === null && incident.firing;
    if (isSick) sick.add(target.kind, id);
    else if (before?.endedAt === null && before.firing) sick.delete(target.kind, id);
    if (before !== undefined && (endedAt === null || before.endedAt !== null)) return;
    const slot = slotOf(incident);
    if (endedAt === null) return void open.set(slot, id);
    if (open.get(slot) === id) open.delete(slot);
    ended.push(endedAt, id);
    if (incident.state === 'closed' && incident.reason === 'cleared-by-itself') {
      const list = flaps.get(slot) ?? aging();
      flaps.set(slot, list);
      list.push(endedAt, { rule, target, onAt: incident.openedAt, offAt: endedAt });
    }
    if (incident.state === 'healed') healed.set(slot, { id, at: endedAt });
  }

  return {
    count: () => byId.size,
    find: (id) => byId.get(id),
    all: () => byId.values(),
    timeline: (id) => timelines.get(id) ?? [],
    async lockIncidents(ids) {
      return new Map(
        ids.flatMap((id) => {
          const stored = byId.get(id);
          return stored === undefined ? [] : [[id, stored] as const];
        }),
      );
    },
    async lockOpenIncidents(wanted) {
      const ids = new Set(wanted.flatMap((one) => open.get(slotOf(one)) ?? []));
      return [...ids].flatMap((id) => byId.get(id) ?? []);
    },
    async healedSince(wanted, since) {
      const slots = new Map(wanted.map((one) => [slotOf(one), one]));
      return [...slots].flatMap(([slot, { rule, target }]) => {
        const last = healed.get(slot);
        return last === undefined || last.at < since ? [] : [{ rule, target, id: last.id }];
      });
    },
    async record(changes, now) {
      const slots = changes.flatMap(({ before, after }) => (before === null ? [slotOf(after)] : []));
      if (new Set(slots).size < slots.length) throw new UniqueViolation('Two incidents of one rule and target');
      for (const { before, after } of changes) check(before, after);
      for (const { before, after, entries } of changes) {
        const { seq = 0, head = GENESIS } = before ?? {};
        if (!keepsTimeline) {
          put({ incident: after, seq: seq + entries.length, head });
          continue;
        }
        const rows = chain(after.id, head, seq, entries, now);
        const last = rows.at(-1);
        put({ incident: after, seq: last?.seq ?? seq, head: last?.hash ?? head });
        const lines = timelines.get(after.id);
        if (lines === undefined) timelines.set(after.id, rows);
        else lines.push(...rows);
      }
      return outbox.insertOutbox(
        changes.flatMap(({ after, owed }) => rowsOwed(after.id, owed)),
        now,
      );
    },
    async sickTargets(kind, limit) {
      const targets = new Set<string>();
      for (const id of sick.get(kind)) {
        const stored = byId.get(id);
        if (stored !== undefined) targets.add(stored.incident.target.id);
        if (targets.size >= limit) break;
      }
      return [...targets];
    },
    async openingsOf(rules, since, limit) {
      return rules
        .flatMap((rule) => openings.get(rule)?.newestSince(since).take(limit).toArray() ?? [])
        .sort((a, b) => b.at - a.at);
    },
    async changesOf(wanted, since, limit) {
      const slots = new Set(wanted.map(slotOf));
      // Exactly then is not after then.
      return [...slots].flatMap(
        (slot) =>
          flaps
            .get(slot)
            ?.newestSince(since + 1)
            .take(limit)
            .toArray() ?? [],
      );
    },
    forget(endedBefore, factsBefore) {
      for (const id of ended.takeBefore(endedBefore)) {
        byId.delete(id);
        timelines.delete(id);
      }
      for (const list of openings.values()) list.takeBefore(factsBefore);
      for (const [slot, list] of flaps) {
        list.takeBefore(factsBefore);
        if (list.countSince(factsBefore) === 0) flaps.delete(slot);
      }
      for (const [slot, { at }] of healed) if (at < factsBefore) healed.delete(slot);
    },
  };
}
