import pg from 'pg';

export interface Accounts {
  /** Fingerprints without an episode, or whose incident neither ended nor reached a person. */
  readonly lost: readonly string[];
  /** Pairs of runs on one target that overlapped in time. */
  readonly overlaps: number;
  /** Incidents of which a person must have been paged. */
  readonly paged: readonly string[];
  /** Those that neither ended nor wait for a person, in words. */
  readonly open: readonly string[];
}

/** Looks into the database after the storm: what became of every alert that was acknowledged. */
export async function account(databaseUrl: string, fingerprints: readonly string[]): Promise<Accounts> {
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  try {
    const known = await client.query<{ fingerprint: string }>(
      `select distinct e.fingerprint from remedyd.episodes e join remedyd.incidents i on i.id = e.incident_id
       where i.ended_at is not null or i.paged_at is not null`,
    );
    const fine = new Set(known.rows.map((row) => row.fingerprint));
    const overlaps = await client.query<{ count: string }>(
      `select count(*) from remedyd.runs a join remedyd.runs b
         on a.target_kind = b.target_kind and a.target_id = b.target_id and a.id < b.id
       where not a.dry and not b.dry
         and a.admitted_at < coalesce(b.ended_at, 'infinity') and b.admitted_at < coalesce(a.ended_at, 'infinity')`,
    );
    const paged = await client.query<{ id: string }>('select id from remedyd.incidents where paged_at is not null');
    const open = await client.query<{ line: string }>(
      `select i.id || ' ' || i.state || ' ' || i.reason || ' ' || i.target_id || ' firing:' || i.firing || ' owed: ' ||
         coalesce((select string_agg(o.kind || ' due ' || o.due_at, ', ') from remedyd.outbox o where o.incident_id = i.id), 'nothing')
         as line
       from remedyd.incidents i where ended_at is null and state <> 'escalated'`,
    );
    return {
      lost: fingerprints.filter((one) => !fine.has(one)),
      overlaps: Number(overlaps.rows[0]?.count),
      paged: paged.rows.map((row) => row.id),
      open: open.rows.map((row) => row.line),
    };
  } finally {
    await client.end();
  }
}

/** Ids of the targets of which nobody could tell what a run had done, and of which a person was therefore paged. */
export async function unsure(databaseUrl: string): Promise<ReadonlySet<string>> {
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  try {
    const found = await client.query<{ id: string }>(
      `select r.target_id as id from remedyd.runs r join remedyd.incidents i on i.id = r.incident_id
       where r.outcome = 'unknown' and i.paged_at is not null`,
    );
    return new Set(found.rows.map(({ id }) => id));
  } finally {
    await client.end();
  }
}
