import { inject } from 'vitest';
import type { Incident } from '../../../src/domain/incident.ts';
import { systemClock } from '../../../src/domain/time.ts';
import { type Opening, openIncident } from '../../../src/ingest/opening.ts';
import { type Db, openDb } from '../../../src/store/db.ts';
import { migrate } from '../../../src/store/migrate.ts';
import { type Change, record } from '../../../src/store/record.ts';
import { insertRuns, type NewRun } from '../../../src/store/runs.ts';
import { createDatabase } from '../../support/services/postgres.ts';

export const NOW = 1_768_816_800_000;

export interface Store extends AsyncDisposable {
  readonly db: Db;
  readonly url: string;
}

/** A migrated database of one's own. */
export async function openStore(connections = 10): Promise<Store> {
  const url = await createDatabase(inject('postgresUrl'));
  const db = openDb({ url, connections, applicationName: 'remedyd test', onError: () => undefined });
  await migrate(db, systemClock);
  return { db, url, [Symbol.asyncDispose]: () => db.close() };
}

const opening = (thing: string): Opening => ({
  rule: 'thing-broken',
  target: { kind: 'thing', id: thing },
  severity: 'high',
  deadline: 900_000,
});

/** An incident as its opening leaves it, with what that owes. */
export async function openOne(db: Db, thing: string, more: Partial<Incident> = {}): Promise<Incident> {
  const incident = { ...openIncident(`inc-${thing}`, opening(thing), null, NOW), ...more };
  const change: Change = {
    before: null,
    after: incident,
    entries: [{ type: 'opened', reason: 'opened', summary: 'opened', data: { thing } }],
    owed: [],
  };
  await db.transaction((sql) => record(sql, [change], NOW));
  return incident;
}

export async function addRun(db: Db, incident: Incident, more: Partial<NewRun> = {}): Promise<NewRun> {
  const run: NewRun = {
    id: `run-${incident.id}`,
    incidentId: incident.id,
    rule: incident.rule,
    remediation: 'things/mend',
    target: incident.target,
    params: {},
    attempt: 0,
    dry: false,
    planHash: 'hash',
    admittedAt: NOW,
    ...more,
  };
  await insertRuns(db, [run]);
  return run;
}
