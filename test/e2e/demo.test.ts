import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdir } from 'node:fs/promises';
import { json, text } from 'node:stream/consumers';
import { expect, test } from 'vitest';
import { temporaryFolder } from '../support/services/folder.ts';

test('the demo heals four of five, pages for the fifth, and leaves nothing behind', async () => {
  const folder = await temporaryFolder('demo');
  const child = spawn(process.execPath, ['test/demo/main.ts', '--json'], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, TMPDIR: folder.path },
  });
  const [report, read, [code]] = await Promise.all([json(child.stdout), text(child.stderr), once(child, 'exit')]);
  expect(report, read).toMatchObject({
    ok: true,
    scenarios: [
      { alert: 'phone:offline', rule: 'phone-offline', remediation: 'phones/reconnect', outcome: 'healed', paged: 0 },
      { alert: 'queue:backlog', rule: 'queue-backlog', remediation: 'queues/unblock', outcome: 'healed', paged: 0 },
      { alert: 'HITLSlaBreach', remediation: 'reviews/escalate-overdue', outcome: 'healed', paged: 0 },
      { alert: 'EnrichmentStalled', remediation: 'enrichment/unstall', outcome: 'healed', paged: 1 },
      { alert: 'phone:offline', rule: 'phone-offline', outcome: 'escalated', paged: 1 },
    ],
  });
  expect(code).toBe(0);
  expect(read).toContain('All as it has to be');
  expect(await readdir(folder.path)).toEqual([]);
  await folder.remove();
});
