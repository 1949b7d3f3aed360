import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openDb } from '../../src/store/db.ts';
import { removeFolder, spawnDaemon } from '../support/daemon/spawned.ts';
import { STORM_RULES, weatherStorm } from '../support/daemon/storm.ts';
import { startToy } from '../support/daemon/toy.ts';
import { startPagerDuty } from '../support/fakes/pagerduty/pagerduty.ts';
import { startPostgres } from '../support/services/postgres.ts';

/**
 * A storm from end to end, on a real Postgres that writes to the disk: so many things break at once, and what the daemon makes
 * of that. `node test/bench/storm.ts 10000`
 */
const THINGS = Number(process.argv[2] ?? 10_000);
const ROUTING_KEY = '0123456789abcdef0123456789abcdef';

await using postgres = await startPostgres({ durable: true });
const toy = await startToy();
const pagerduty = await startPagerDuty({ routingKeys: [ROUTING_KEY] });
const rules = await mkdtemp(join(tmpdir(), 'storm-rules-'));
await writeFile(join(rules, 'rules.yaml'), STORM_RULES);
const databaseUrl = await postgres.createDatabase();
const daemon = await spawnDaemon({
  databaseUrl,
  rules,
  remediations: 'test/fixtures/toy/remediations',
  env: { ROUTING_KEY },
  config: {
    tools: { apis: { toy: { base_url: toy.url } } },
    guards: { backoff: ['0s'], runs_per_hour: 100_000, runs_at_once: 1_000 },
    notify: { pagerduty: { routing_key: { env: 'ROUTING_KEY' }, url: `${pagerduty.url}/v2/enqueue` } },
  },
});
const db = openDb({ url: databaseUrl, connections: 2, applicationName: 'bench' });
try {
  const size = { things: THINGS, perWebhook: 10, connections: 16, left: 40 };
  const onStage = (what: string, ms: number) => void process.stderr.write(`${Math.round(ms / 1_000)} s: ${what}\n`);
  const figures = await weatherStorm({ daemon, db, pagerduty, ...size, onStage });
  process.stdout.write(`${JSON.stringify({ things: THINGS, ...figures }, null, 2)}\n`);
} finally {
  await db.close();
  await daemon.end('SIGKILL');
  await Promise.all([toy.stop(), pagerduty.stop(), removeFolder(daemon.folder), removeFolder(rules)]);
}
