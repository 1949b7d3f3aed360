import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { systemClock } from '../../src/domain/time.ts';
import { openDb } from '../../src/store/db.ts';
import { migrate } from '../../src/store/migrate.ts';
import { startPostgres } from '../support/services/postgres.ts';

/**
 * How long a replay of so many recorded alerts takes, and how much memory: `node test/bench/replay.ts 1000000`. They are spread
 * over thirty days and two thousand things; most last some minutes, and each ten-thousandth comes with a burst.
 */
const ALERTS = Number(process.argv[2] ?? 1_000_000);

const RECORD = `
  insert into remedyd.episodes (source, fingerprint, current, status, name, labels, annotations, opened_at, seen_at, starts_at,
    closed_at, ends_at, deliveries)
  select 'event', 'f' || (i % 2000), false, 'resolved', case when i % 4 = 0 then 'thing:unsigned' else 'thing:broken' end,
    jsonb_build_object('thing', 'thing-' || (i % 2000), 'severity', 'high', 'team', 'core', 'instance', 'host-' || (i % 50)),
    '{"summary": "It broke."}', o.at, o.at, o.at, o.closed, o.closed, 1
  from generate_series(1, $1::bigint) i
  cross join lateral (select now() - interval '30 days' + (i * interval '30 days' / $1) as at) t
  cross join lateral (select t.at, t.at + interval '1 second' * (20 + (i * 7919) % 600) as closed) o`;

await using postgres = await startPostgres({ durable: false });
const url = await postgres.createDatabase();
const db = openDb({ url, connections: 2, applicationName: 'bench' });
await migrate(db, systemClock);
process.stderr.write(`recording ${ALERTS} alerts …\n`);
await db.transaction(async (sql) => {
  await sql.run('set local statement_timeout = 0');
  await sql.run(RECORD, [ALERTS]);
});
await db.close();

const folder = await mkdtemp(join(tmpdir(), 'replay-'));
const config = join(folder, 'remedyd.json.yaml');
await writeFile(
  config,
  JSON.stringify({
    rules: resolve('test/fixtures/toy/rules'),
    remediations: resolve('test/fixtures/toy/remediations'),
    data_dir: join(folder, 'data'),
    guards: { runs_per_hour: 100_000, runs_at_once: 1_000 },
  }),
);
const candidate = join(folder, 'candidate.yaml');
await writeFile(candidate, (await readFile(config, 'utf8')).replace('100000', '200').replace('1000', '20'));
const began = performance.now();
const child = spawn(process.execPath, ['src/cli.ts', 'replay', '--since', '31d', '--config', candidate, '--json'], {
  env: { ...process.env, DATABASE_URL: url, REMEDYD_CONFIG: config },
  stdio: ['ignore', 'pipe', 'inherit'],
});
let peak = 0;
const watch = setInterval(() => void measure(), 500);
async function measure(): Promise<void> {
  const status = await readFile(`/proc/${child.pid}/status`, 'utf8').catch(() => '');
  const ticks = (await readFile(`/proc/${child.pid}/stat`, 'utf8').catch(() => '')).split(' ');
  cpu = Math.max(cpu, (Number(ticks[13] ?? 0) + Number(ticks[14] ?? 0)) / 100);
  peak = Math.max(peak, Math.round(Number(/VmHWM:\s+(\d+)/.exec(status)?.[1] ?? 0) / 1_024));
}
let cpu = 0;
let output = '';
child.stdout.setEncoding('utf8').on('data', (text: string) => {
  output += text;
});
const code = await new Promise((done) => child.once('close', done));
clearInterval(watch);
const seconds = (performance.now() - began) / 1_000;
await rm(folder, { recursive: true, force: true });
const { alerts, now, candidate: other, differences } = JSON.parse(output);
const perSecond = Math.round(alerts / seconds);
process.stdout.write(
  `${JSON.stringify({ code, alerts, seconds: Math.round(seconds), perSecond, cpuSeconds: Math.round(cpu), peakMb: peak, now, candidate: other, differences }, null, 2)}\n`,
);
