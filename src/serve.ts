import { startApp } from './app.ts';
import { type Fault, formatFaults } from './config/faults.ts';
import { type Environment, loadConfig } from './config/load.ts';
import { missingSecrets } from './config/missing-secrets.ts';
import { ownSecrets } from './config/own-secrets.ts';
import { approversOf, type Config, configSchema, windowsOf } from './config/schema.ts';
import type { Clock } from './domain/time.ts';
import { policyNames } from './escalate/config.ts';
import { createTeardown } from './lifecycle.ts';
import { type Log, openLog } from './observe/log.ts';
import {
  checkNeeds,
  checkSettings,
  loadRemediations,
  type Registry,
  RemediationFaults,
} from './remediation/registry.ts';
import { openLiveRules } from './rules/live.ts';
import { loadRulebook } from './rules/load.ts';
import { databaseTime } from './store/clock.ts';
import { openDb } from './store/db.ts';
import { openOwnDatabase } from './store/embedded/own-database.ts';
import { migrate } from './store/migrate.ts';
import { createToolbox } from './tools/toolbox.ts';

/** What keeps the service from starting; its message is for people and complete. */
export class StartFault extends Error {
  override readonly name = 'StartFault';
}

export interface Settled {
  readonly config: Config;
  readonly databasePassword: string;
  /** Where webhooks are let in by a token that was made up: the token, for the example that the start prints. */
  readonly exampleToken: string | null;
}

/** Reads the config with everything that the environment adds to it. @throws StartFault with every fault at once. */
export async function settle(env: Environment): Promise<Settled> {
  const read = async (variables: Environment['variables']) => {
    const loaded = await loadConfig({ file: env.configFile, env: variables, schema: configSchema });
    if ('faults' in loaded) throw new StartFault(`The config cannot be used:\n${formatFaults(loaded.faults)}`);
    return loaded.config;
  };
  const { data_dir: dataDir, database } = await read(env.variables);
  const embedded = env.databaseUrl === null && database.url === undefined;
  const own = await ownSecrets(dataDir, env.variables, { production: env.production, embedded });
  const config = await read(own.variables);
  const missing = env.production ? missingSecrets(config) : [];
  if (missing.length > 0) {
    const list = missing.map(({ path, origin }) => `  ${path} needs ${origin}`).join('\n');
    throw new StartFault(`In production every secret must be set, and these are not:\n${list}`);
  }
  const exampleToken = env.production ? null : (own.variables.REMEDYD_WEBHOOK_TOKEN ?? null);
  return { config: withEnvironment(config, env), databasePassword: own.databasePassword, exampleToken };
}

function withEnvironment(config: Config, env: Environment): Config {
  const { server, database, queue, log } = config;
  return {
    ...config,
    server: { ...server, host: env.host ?? server.host, port: env.port ?? server.port },
    database: { ...database, url: env.databaseUrl?.reveal() ?? database.url },
    queue: { ...queue, redis_url: env.redisUrl?.reveal() ?? queue.redis_url },
    log: { level: (env.logLevel ?? log.level) as Config['log']['level'] },
  };
}

/** Loads the remediations and checks them against the config. @throws StartFault with every fault. */
export async function loadChecked(config: Config, clock: Clock): Promise<Registry> {
  try {
    const registry = await loadRemediations(config.remediations);
    const toolbox = createToolbox(config.tools, clock);
    const faults = [...checkNeeds(registry, toolbox.available), ...checkSettings(registry, config.settings)];
    await toolbox.close();
    if (faults.length > 0) throw new RemediationFaults(faults);
    return registry;
  } catch (error) {
    if (!(error instanceof RemediationFaults)) throw error;
    throw new StartFault(`The remediations cannot be used:\n${error.message}`);
  }
}

export interface Service {
  readonly address: string;
  readonly log: Log;
  reload(): Promise<void>;
  stop(): Promise<void>;
}

/** Starts the whole service, or nothing of it. @throws StartFault, or what else went wrong. */
export async function serve(settled: Settled, production: boolean, clock: Clock): Promise<Service> {
  const { config } = settled;
  const log = openLog(config.log.level);
  const teardown = createTeardown(log);
  try {
    const remediations = await loadChecked(config, clock);
    const rules = await openLiveRules({
      folder: config.rules,
      clock,
      load: () =>
        loadRulebook(
          config.rules,
          remediations,
          windowsOf(config),
          policyNames(config.escalation),
          approversOf(config),
        ),
      onFault: (faults: readonly Fault[]) =>
        log.error({ faults }, 'the rules on disk are faulty; the old ones stay in force'),
    }).catch((error: Error) => {
      throw new StartFault(error.message);
    });
    teardown.add('rules', () => rules.close());
    const databaseUrl = config.database.url ?? (await own());
    const onError = (error: Error) => log.warn({ err: error }, 'a database connection was lost');
    const { connections } = config.database;
    const db = openDb({ url: databaseUrl, connections, applicationName: 'remedyd', onError });
    teardown.add('database connections', () => db.close());
    for (const name of await migrate(db, clock)) log.info({ migration: name }, 'schema brought up to date');
    const app = await startApp({ config, clock, log, db, databaseUrl, remediations, rules, production, databaseTime });
    teardown.add('app', () => app.stop());
    return { address: app.address, log, reload: () => rules.reload(), stop: () => teardown.run() };
  } catch (error) {
    await teardown.run();
    throw error;
  }

  async function own(): Promise<string> {
    const database = await openOwnDatabase(config.data_dir, settled.databasePassword);
    teardown.add('embedded Postgres', () => database.close());
    if (database.adopted) log.info('adopted the Postgres that an earlier, killed start had left running');
    return database.url;
  }
}
