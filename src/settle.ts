import { formatFaults } from './config/faults.ts';
import { type Environment, loadConfig } from './config/load.ts';
import { missingSecrets } from './config/missing-secrets.ts';
import { ownSecrets } from './config/own-secrets.ts';
import { type Config, configSchema } from './config/schema.ts';

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
