import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { ensure } from '../../scripts/ensure.ts';
import { removeFolder, SPAWNED_TOKEN, type SpawnedDaemon, spawnDaemon } from '../support/daemon/spawned.ts';
import { startToy } from '../support/daemon/toy.ts';
import { startAlertmanager } from '../support/services/alertmanager.ts';
import { startPostgres } from '../support/services/postgres.ts';
import { startRedis } from '../support/services/redis.ts';
import { alertmanagerBodies, webhookBodies } from './bodies.ts';
import { bareAddToProcess, webhookToFirstStep } from './first-step.ts';
import { load, ratio, type Throughput } from './load.ts';

/** Everything is measured in one run on one machine, so that the ratios mean something where the figures do not. */
const SECONDS = Number(process.argv[2] ?? 5);
const CONNECTIONS = 64;
const SAMPLES = 150;

const say = (text: string) => process.stderr.write(`${text}\n`);

await ensure(['redis-server', 'prometheus-alertmanager'], say);
await using postgres = await startPostgres({ durable: true });
await using redis = await startRedis();
const toy = await startToy();
const folders: string[] = [];

async function daemonOn(kind: 'postgres' | 'redis'): Promise<SpawnedDaemon> {
  const daemon = await spawnDaemon({
    databaseUrl: await postgres.createDatabase(),
    rules: 'test/fixtures/toy/rules',
    remediations: 'test/fixtures/toy/remediations',
    env: { REDIS_URL: redis.url, LOG_LEVEL: 'info' },
    config: {
      tools: { apis: { toy: { base_url: toy.url } } },
      queue: { backend: kind },
      guards: { backoff: ['0s'], runs_per_hour: 100_000, runs_at_once: 1_000 },
      log: { level: 'info' },
    },
  });
  folders.push(daemon.folder);
  return daemon;
}

const headers = { authorization: `Bearer ${SPAWNED_TOKEN}` };
const report: Record<string, unknown> = {};

say('start time and memory …');
const begun = performance.now();
const daemon = await daemonOn('postgres');
const startMs = Math.round(performance.now() - begun);
const rssMb = async (pid: number) => {
  const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '');
  return Math.round(Number(/VmRSS:\s+(\d+)/.exec(status)?.[1] ?? 0) / 1024);
};
const idleMb = await rssMb(daemon.pid);

say('webhook to first step, and a bare BullMQ on the same backend …');
const firstStep: Record<string, unknown> = {};
for (const kind of ['postgres', 'redis'] as const) {
  const one = kind === 'postgres' ? daemon : await daemonOn('redis');
  toy.things.clear();
  const ours = await webhookToFirstStep(one, toy, SAMPLES);
  const bare = await bareAddToProcess(kind, kind === 'redis' ? redis.url : await postgres.createDatabase(), SAMPLES);
  firstStep[kind] = { ours, bare, p50Ratio: ratio(ours.p50Ms, bare.p50Ms), p99Ratio: ratio(ours.p99Ms, bare.p99Ms) };
  if (kind === 'redis') await one.end('SIGTERM');
}

say('durable ingest, the same Fastify without storing, and Alertmanager …');
const bareServer = spawn(process.execPath, [resolve(import.meta.dirname, 'bare-server.ts')], {
  stdio: ['ignore', 'pipe', 'inherit'],
});
const [line] = (await once(bareServer.stdout, 'data')) as [Buffer];
const bareUrl = line.toString('utf8').trim();
await using alertmanager = await startAlertmanager({
  config: { route: { receiver: 'nobody', group_wait: '1h' }, receivers: [{ name: 'nobody' }] },
});
const ingest: Record<string, unknown> = {};
for (const alerts of [1, 100]) {
  for (const kind of ['new', 'repeated'] as const) {
    const run = `${alerts}-${kind}`;
    const common = { alerts, connections: CONNECTIONS, seconds: SECONDS };
    const path = '/webhooks/alertmanager';
    const bare = await load({ ...common, url: `${bareUrl}${path}`, headers, body: webhookBodies(alerts, kind, run) });
    const theirs = await load({
      ...common,
      url: `${alertmanager.url}/api/v2/alerts`,
      headers: {},
      body: alertmanagerBodies(alerts, kind, run),
    });
    const ours = await load({
      ...common,
      url: `${daemon.address}${path}`,
      headers,
      body: webhookBodies(alerts, kind, run),
    });
    const against = (other: Throughput) => ratio(ours.alertsPerSecond, other.alertsPerSecond);
    ingest[run] = {
      remedyd: ours,
      bareFastify: bare,
      alertmanager: theirs,
      ratioToBare: against(bare),
      ratioToAlertmanager: against(theirs),
    };
    say(`  ${run}: ${JSON.stringify(ingest[run])}`);
  }
}
bareServer.kill('SIGKILL');

report.start = { ms: startMs, idleMb, afterLoadMb: await rssMb(daemon.pid) };
report.firstStep = firstStep;
report.ingest = ingest;
await daemon.end('SIGKILL');
await toy.stop();
await Promise.all(folders.map(removeFolder));
process.stdout.write(`${JSON.stringify(report, null, 2)}\n`);
