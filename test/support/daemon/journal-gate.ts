import pg from 'pg';

/**
 * Stops the daemon's backend in the middle of one journal write, so that a test can kill the daemon exactly there. The
 * write waits for a lock that the test holds.
 */
export interface JournalGate {
  /** The journal write of this number (counted from 1 over the whole database) will wait. */
  closeAt(write: number): Promise<void>;
  /** Resolves when a write waits. */
  caught(): Promise<void>;
  /** Lets the write land although nobody hears of it any more. */
  letLand(): Promise<void>;
  /** Ends the backend, so that the write never happened. */
  drop(): Promise<void>;
  writes(): Promise<number>;
  end(): Promise<void>;
}

const LOCK = 424_242;

export async function journalGate(databaseUrl: string): Promise<JournalGate> {
  const client = new pg.Client({ connectionString: databaseUrl, application_name: 'gate' });
  await client.connect();
  await client.query(`
    create table if not exists public.gate (closed_at integer not null);
    create or replace function public.wait_at_gate() returns trigger language plpgsql as $$
    begin
      if (select count(*) + 1 from remedyd.journal) = (select closed_at from public.gate limit 1) then
        perform pg_advisory_xact_lock(${LOCK});
      end if;
      return new;
    end $$;
    create or replace trigger gate before insert on remedyd.journal for each row execute function public.wait_at_gate();`);
  const waiting = async () =>
    (
      await client.query<{ pid: number }>(
        `select l.pid from pg_locks l where l.locktype = 'advisory' and l.objid = $1 and not l.granted
           and l.database = (select oid from pg_database where datname = current_database())`,
        [LOCK],
      )
    ).rows.map((row) => row.pid);
  const open = async () => {
    await client.query('delete from public.gate');
    await client.query('select pg_advisory_unlock_all()');
  };
  const until = async (done: () => Promise<boolean>) => {
    const end = performance.now() + 20_000;
    while (!(await done())) {
      if (performance.now() > end) throw new Error('the gate waited in vain');
      await new Promise((next) => setImmediate(next));
    }
  };
  return {
    async closeAt(write) {
      await client.query('select pg_advisory_lock($1)', [LOCK]);
      await client.query('delete from public.gate');
      await client.query('insert into public.gate values ($1)', [write]);
    },
    caught: () => until(async () => (await waiting()).length > 0),
    async letLand() {
      await open();
      await until(async () => (await waiting()).length === 0);
    },
    async drop() {
      const pids = await waiting();
      for (const pid of pids) await client.query('select pg_terminate_backend($1, 5000)', [pid]);
      await open();
    },
    async writes() {
      const { rows } = await client.query<{ count: string }>('select count(*) from remedyd.journal');
      return Number(rows[0]?.count ?? 0);
    },
    end: () => client.end(),
  };
}
