import { pino } from 'pino';
import { type App, startApp } from '../../../src/app.ts';
import { approversOf, type Config, configSchema, windowsOf } from '../../../src/config/schema.ts';
import { Secret } from '../../../src/config/secret.ts';
import { type Clock, systemClock, type Time } from '../../../src/domain/time.ts';
import { policyNames } from '../../../src/escalate/config.ts';
import { type LoadedRemediation, loadRemediations } from '../../../src/remediation/registry.ts';
import { openLiveRules } from '../../../src/rules/live.ts';
import { loadRulebook } from '../../../src/rules/load.ts';
import { type Db, openDb } from '../../../src/store/db.ts';
import { migrate } from '../../../src/store/migrate.ts';
import { client, type DaemonClient } from './client.ts';

export const TOKEN = 'a-token-for-tests';

export interface InProcessOptions {
  readonly databaseUrl: string;
  /** Folder of rules. */
  readonly rules: string;
  /** Folder of remediations, or the loaded ones. */
  readonly remediations: string | ReadonlyMap<string, LoadedRemediation>;
  readonly clock?: Clock;
  /** The clock that all replicas share; the given one if left out. */
  readonly databaseTime?: () => Promise<Time>;
  /** Parts of the config as in YAML, over the defaults for tests. Secrets are `new Secret(value, origin)`. */
  readonly config?: Record<string, unknown>;
  readonly logLevel?: string;
}

export interface InProcessDaemon extends DaemonClient {
  readonly db: Db;
  readonly app: App;
  readonly config: Config;
  reloadRules(): Promise<void>;
  stop(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

/** The whole service in the process of the test, on a database of its own and a free port. */
export async function startInProcess(options: InProcessOptions): Promise<InProcessDaemon> {
  const { databaseUrl, clock = systemClock } = options;
  // A clock that the test moves is everybody's.
  const databaseTime = options.databaseTime ?? (async () => clock.now());
  const auth = { bearer: new Secret(TOKEN, 'test') };
  const config = configSchema.parse({
    server: { port: 0 },
    sources: { alertmanager: { auth }, signoz: { auth }, grafana: { auth }, event: { auth } },
    api: { token: new Secret(TOKEN, 'test') },
    queue: { poll: '100ms' },
    people: { oncall: { users: ['U0ANNA', 'U0BOB'] } },
    approval: { from: 'oncall' },
    rules: options.rules,
    ...options.config,
  });
  const log = pino({ level: options.logLevel ?? 'silent' });
  const remediations =
    typeof options.remediations === 'string' ? await loadRemediations(options.remediations) : options.remediations;
  const rules = await openLiveRules({
    folder: options.rules,
    clock,
    load: () =>
      loadRulebook(options.rules, remediations, windowsOf(config), policyNames(config.escalation), approversOf(config)),
    onFault: () => undefined,
  });
  const db = openDb({ url: databaseUrl, connections: 10, applicationName: 'remedyd test', onError: () => undefined });
  await migrate(db, clock);
  const app = await startApp({
    config,
    clock,
    log,
    db,
    databaseUrl,
    remediations,
    rules,
    production: false,
    databaseTime,
  });
  const stop = async () => {
    await app.stop();
    await rules.close();
    await db.close();
  };
  return {
    ...client(app.address, TOKEN),
    db,
    app,
    config,
    reloadRules: () => rules.reload(),
    stop,
    [Symbol.asyncDispose]: stop,
  };
}
