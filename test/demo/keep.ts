import type { HealedCerniq } from '../support/daemon/healed-cerniq.ts';

/** Lines to copy, for somebody who wants to look around and break more. */
export async function whatToTry({ cerniq, daemon, token }: HealedCerniq): Promise<readonly string[]> {
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
    ...(page.ok ? [`  status page    ${daemon.address}/status`] : []),
    `  at a glance    curl -sS ${bearer} ${daemon.address}/api/status`,
    `  incidents      curl -sS ${bearer} ${daemon.address}/api/incidents`,
    `  rules          curl -sS ${bearer} ${daemon.address}/api/rules`,
    `  metrics        curl -sS ${daemon.address}/metrics`,
    '',
    'Break something more, and see what becomes of it:',
    '',
    `  a false alarm  curl -sS -X POST ${bearer} -H 'content-type: application/json' ${daemon.address}/webhooks/event -d '${JSON.stringify(event)}'`,
    `  a real one     PM2_HOME=${cerniq.pm2?.home} ${cerniq.pm2?.program} stop cerniq-workers-scoring`,
    `                 (queue:backlog follows when jobs wait: more than 50 in one queue)`,
    `  Cerniq's API   curl -sS -H 'authorization: Bearer ${cerniq.adminToken}' ${cerniq.url}/api/v1/outreach/phones/phone_07`,
  ];
}
