import { readEnvironment } from '../config/load.ts';
import { systemClock } from '../domain/time.ts';
import { serve } from '../serve.ts';
import { settle } from '../settle.ts';

/** Runs the service until it is told to end: SIGTERM and SIGINT stop it in order, SIGHUP reads the rules again. */
export async function serveCommand(): Promise<void> {
  const env = readEnvironment();
  const settled = await settle(env);
  const service = await serve(settled, env.production, systemClock);
  service.log.info({ address: service.address }, 'remedyd answers');
  if (settled.exampleToken !== null) process.stdout.write(example(service.address, settled.exampleToken));
  const { promise: ended, resolve: end } = Promise.withResolvers<string>();
  process.on('SIGTERM', () => end('SIGTERM'));
  process.on('SIGINT', () => end('SIGINT'));
  process.on('SIGHUP', () => void service.reload());
  service.log.info({ signal: await ended }, 'asked to stop');
  await service.stop();
  service.log.info('stopped');
}

/** A line that works as it is printed. Only outside production, where the token was made up by this very machine. */
function example(address: string, token: string): string {
  const event = { name: 'hello:world', status: 'firing', severity: 'LOW', labels: { from: 'curl' }, test: true };
  return `\nTry it:\n\ncurl -sS -X POST ${address}/webhooks/event -H 'authorization: Bearer ${token}' -H 'content-type: application/json' -d '${JSON.stringify(event)}'\n\n`;
}
