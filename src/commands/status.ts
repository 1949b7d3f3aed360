import { formatDuration } from '../domain/duration.ts';
import { systemClock, toIso } from '../domain/time.ts';
import { standingDemotions } from '../store/demotions.ts';
import { type IncidentFilter, listIncidents } from '../store/listing.ts';
import { outboxState } from '../store/outbox.ts';
import { standingPauses } from '../store/pauses.ts';
import { beside } from './beside.ts';

const OPEN: IncidentFilter = { states: [], open: true, rule: null, target: null, limit: 100, after: null };

/** What is open, what is paused, and whether owed work keeps up. */
export async function status(options: { readonly json?: boolean }): Promise<void> {
  const now = systemClock.now();
  const { incidents, outbox, pauses, demotions } = await beside(async (db) => ({
    incidents: (await listIncidents(db, OPEN)).incidents,
    outbox: await outboxState(db, now),
    pauses: await standingPauses(db, now),
    demotions: await standingDemotions(db),
  }));
  if (options.json === true) {
    process.stdout.write(`${JSON.stringify({ incidents, outbox, pauses, demotions })}\n`);
    return;
  }
  const lines = incidents.map((one) => {
    const { id, severity, state, reason, rule, target, openedAt } = one;
    return `${id}  ${severity.padEnd(8)}  ${state.padEnd(10)}  ${rule} on ${target.kind} ${target.id}  (${reason}, open for ${formatDuration(now - openedAt)})`;
  });
  const paused = pauses.map(({ scope, key, owner, why, until }) => {
    return `paused: ${scope} ${key} by ${owner}, ${until === null ? 'until resumed' : `until ${toIso(until)}`}: ${why}`;
  });
  const demoted = demotions.map(({ rule, since, why }) => `demoted: ${rule} asks since ${toIso(since)}: ${why}`);
  const late = outbox.oldestDue === null ? '' : `, the oldest due for ${formatDuration(now - outbox.oldestDue)}`;
  const head = incidents.length === 0 ? 'No open incident.' : `${incidents.length} open:`;
  process.stdout.write(
    `${[head, ...lines, ...paused, ...demoted, `Owed work: ${outbox.depth} ${outbox.depth === 1 ? 'row' : 'rows'}${late}.`].join('\n')}\n`,
  );
}
