import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, test } from 'vitest';
import { startEngine } from '../engine/engine.ts';
import { ASKS, asking, person, said } from './people.ts';

/** Somebody who waits for a request of ours, on every way to this machine. */
async function stranger() {
  const visits: string[] = [];
  const server = createServer((request, response) => {
    visits.push(`${request.method} ${request.headers.host}${request.url}`);
    response.end('ok');
  });
  await new Promise<void>((resolve) => server.listen(0, resolve));
  const { port } = server.address() as AddressInfo;
  return {
    port,
    visits,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

test('whatever a signed request names to be answered at, only Slack is, and what was asked for is done', async () => {
  await using world = await startEngine({ rules: asking(ASKS) });
  await using other = await stranger();
  const slack = new URL(world.slack.url);
  const at = (where: string) => `http://${where}:${other.port}/x`;
  const addresses = [
    at('127.0.0.1'),
    at('localhost'),
    at('[::1]'),
    at('2130706433'),
    at('0x7f.1'),
    at('①②⑦.0.0.1'),
    at('127。0。0。1'),
    at(`127.0.0.1:${slack.port}@127.0.0.1`),
    at(`${slack.host.replace(':', '%3A')}@localhost`),
    at('127.0.0.1.'),
    `https://127.0.0.1:${other.port}/x`,
    `http://user@${slack.host}/x`,
    `http:\\\\127.0.0.1:${other.port}\\x`,
    `//127.0.0.1:${other.port}/x`,
    `file:///etc/passwd`,
    'javascript:alert(1)',
    world.slack.responseUrl({ redirectTo: at('127.0.0.1') }),
    '',
  ];
  for (const [i, address] of addresses.entries()) {
    const before = said(world).length;
    const anna = person(world, 'U0ANNA', { responseUrl: () => address });
    expect((await anna.command('/remedyd', `hold thing:t${i} 2h`)).status).toBe(200);
    await world.slack.until(() => said(world).length > before);
    expect(said(world).at(-1)).toContain(`Paused target thing:t${i} until`);
  }
  expect(other.visits).toEqual([]);
  expect(world.slack.whispers.map(({ user }) => user)).toEqual(addresses.map(() => 'U0ANNA'));
  const pauses = await world.daemon.db.query<{ key: string }>('select key from remedyd.pauses order by set_at');
  expect(pauses.map(({ key }) => key)).toEqual(addresses.map((_, i) => `thing:t${i}`));
});
