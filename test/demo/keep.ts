import { setTimeout as pause } from 'node:timers/promises';
import type { World } from './world.ts';

/** Lines to copy, for somebody who wants to look around and break more. */
export async function whatToTry({ cerniq, daemon, token }: World): Promise<readonly string[]> {
  const bearer = `-H 'authorization: Bearer ${token}'`;
  const event = {
    name: 'queue:backlog',
    status: 'firing',
    severity: 'MEDIUM',
    labels: { queue: 'bronze:ingest:xlsx' },
  };
  const page = await fetch(`${daemon.address}/status`, { headers: { authorization: `Bearer ${token}` } });
  await page.body?.cancel();
  return [
    '',
    'It stays up until Ctrl-C. Look around:',
    '',
    ...(page.ok ? [`  status page    ${daemon.address}/status (token: ${token})`] : []),
    `  at a glance    curl -sS ${bearer} ${daemon.address}/api/status`,
    `  incidents      curl -sS ${bearer} ${daemon.address}/api/incidents`,
    `  rules          curl -sS ${bearer} ${daemon.address}/api/rules`,
    `  metrics        curl -sS ${daemon.address}/metrics`,
    '',
    'Break something more, and see here what becomes of it:',
    '',
    `  stop a worker  PM2_HOME=${cerniq.pm2?.home} ${cerniq.pm2?.program} stop cerniq-workers-scoring`,
    `  a false alarm  curl -sS -X POST ${bearer} -H 'content-type: application/json' ${daemon.address}/webhooks/event -d '${JSON.stringify(event)}'`,
    '',
  ];
}

/** Tells what happens from now on, one line for each change of an incident, until it is stopped. */
export async function tellOn({ daemon }: World, say: (line: string) => void, signal: AbortSignal): Promise<void> {
  const told = new Map((await daemon.incidents()).map(({ id, state }) => [id, state]));
  while (!signal.aborted) {
    for (const { id, state, rule, target, reason } of await daemon.incidents()) {
      if (told.get(id) === state) continue;
      told.set(id, state);
      say(`  ${rule.padEnd(18)}  ${`${target.kind} ${target.id}`.padEnd(32)}  ${state} (${reason})`);
    }
    await pause(300, undefined, { signal }).catch(() => undefined);
  }
}
