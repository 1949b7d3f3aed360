import { startApp } from './app.ts';
import type { Fault } from './config/faults.ts';
import { approversOf, type Config, windowsOf } from './config/schema.ts';
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
import { type Settled, StartFault } from './settle.ts';
import { databaseTime } from './store/clock.ts';
import { openDb } from './store/db.ts';
import { openOwnDatabase } from './store/embedded/own-database.ts';
import { migrate } from './store/migrate.ts';
import { createToolbox } from './tools/toolbox.ts';

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
