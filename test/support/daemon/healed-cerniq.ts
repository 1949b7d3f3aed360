import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Cerniq, startCerniq } from '../cerniq/cerniq.ts';
import type { EventSettings } from '../cerniq/events.ts';
import type { Service } from '../cerniq/names.ts';
import { type FakePagerDuty, startPagerDuty } from '../fakes/pagerduty/pagerduty.ts';
import { type FakeSlack, startSlack } from '../fakes/slack/slack.ts';
import { temporaryFolder } from '../services/folder.ts';
import { cerniqConfig, ROUTING_KEY, secretsFor } from './cerniq-config.ts';
import { type Watching, writeQuickRules } from './quick-rules.ts';
import { SPAWNED_TOKEN, type SpawnedDaemon, spawnDaemon } from './spawned.ts';

const REMEDIATIONS = fileURLToPath(new URL('../../../remediations/', import.meta.url));

export interface HealedOptions {
  /** Empty databases, one for Cerniq and one for the daemon. */
  readonly cerniqDatabaseUrl: string;
  readonly daemonDatabaseUrl: string;
  /** Cerniq's; the daemon queues on Postgres. */
  readonly redisUrl: string;
  readonly services?: readonly Service[];
  readonly watching: Watching;
  readonly events?: EventSettings;
  readonly reconnectTakes?: number;
  /** Whether the world tells its own events; by default it does. */
  readonly tellsEvents?: boolean;
  /** Over the derived config. */
  readonly config?: Readonly<Record<string, unknown>>;
  /** Told of each part as it comes up. */
  readonly say?: (line: string) => void;
}

/** A small Cerniq, a daemon of its own that heals it by the shipped rules, and those whom it tells. */
export interface HealedCerniq extends AsyncDisposable {
  readonly cerniq: Cerniq;
  readonly daemon: SpawnedDaemon;
  readonly slack: FakeSlack;
  readonly pagerduty: FakePagerDuty;
  /** What webhooks and the API take as bearer. */
  readonly token: string;
  stop(): Promise<void>;
}

/** Starts all of it; what was started is stopped again when a later part does not start. */
export async function startHealedCerniq(options: HealedOptions): Promise<HealedCerniq> {
  const { say = () => undefined } = options;
  await using starting = new AsyncDisposableStack();
  const folder = await temporaryFolder('healed');
  starting.defer(() => folder.remove());
  const slack = await startSlack({ token: 'xoxb-stand-in' });
  starting.defer(() => slack.stop());
  const pagerduty = await startPagerDuty({ routingKeys: [ROUTING_KEY] });
  starting.defer(() => pagerduty.stop());
  say('Slack and PagerDuty: local stand-ins');

  const cerniq = await startCerniq({
    postgresUrl: options.cerniqDatabaseUrl,
    redisUrl: options.redisUrl,
    ...(options.services === undefined ? {} : { services: options.services }),
    ...(options.events === undefined ? {} : { events: options.events }),
    ...(options.reconnectTakes === undefined ? {} : { reconnectTakes: options.reconnectTakes }),
  });
  starting.defer(() => cerniq.stop());
  const workers = (await cerniq.state.processes()).length;
  say(`Cerniq: API on ${cerniq.url}, ${workers} worker services under PM2, 20 phones`);

  const rules = join(folder.path, 'rules');
  await mkdir(rules);
  await writeQuickRules(rules, options.watching);
  const home = join(folder.path, 'remedyd');
  await mkdir(home);
  const daemon = await spawnDaemon({
    databaseUrl: options.daemonDatabaseUrl,
    rules,
    remediations: REMEDIATIONS,
    folder: home,
    config: { ...(await cerniqConfig(cerniq, { slack, pagerduty })), ...options.config },
    env: secretsFor(cerniq, slack),
  });
  starting.defer(async () => void (await daemon.end('SIGTERM')));
  say(`remedyd: ${daemon.address}, process ${daemon.pid}`);
  if (options.tellsEvents !== false) cerniq.events.tell(`${daemon.address}/webhooks/event`, SPAWNED_TOKEN);

  const running = starting.move();
  const stop = async () => await running.disposeAsync();
  return { cerniq, daemon, slack, pagerduty, token: SPAWNED_TOKEN, stop, [Symbol.asyncDispose]: stop };
}
