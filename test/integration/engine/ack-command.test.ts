import { writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { stringify } from 'yaml';
import { who } from '../../../src/commands/who.ts';
import { command } from '../../support/daemon/command.ts';
import { temporaryFolder } from '../../support/services/folder.ts';
import { type Engine, startEngine } from './engine.ts';

let engine: Engine;
let folder: Awaited<ReturnType<typeof temporaryFolder>>;

beforeAll(async () => {
  engine = await startEngine({ rules: 'rules: []\n' });
  folder = await temporaryFolder('ack');
  const config = {
    rules: engine.rulesFolder,
    remediations: resolve('test/fixtures/toy/remediations'),
    tools: { apis: { toy: { base_url: engine.toy.url } } },
  };
  await writeFile(join(folder.path, 'remedyd.yaml'), stringify(config));
});
afterAll(async () => {
  await engine[Symbol.asyncDispose]();
  await folder.remove();
});

const ack = (id: string) => command(folder.path, engine.databaseUrl, ['ack', id]);

const acknowledgements = async (id: string) =>
  (await engine.daemon.incident(id)).timeline.filter(({ type }) => type === 'acknowledged');

/** An incident that somebody is paged for. */
async function paged(thing: string) {
  const labels = { thing };
  const others = (await engine.daemon.incidents()).map(({ id }) => id);
  await engine.daemon.event({ name: 'thing:strange', status: 'firing', severity: 'CRITICAL', labels });
  const found = await engine.daemon.until('the incident', async () =>
    (await engine.daemon.incidents('state=escalated')).find(({ id }) => !others.includes(id)),
  );
  await engine.pagerduty.until(() => engine.pagerduty.incident(found.id)?.status === 'triggered', 15_000);
  return found.id;
}

test('ack takes an incident over for whoever is at the command line, and the other channels hear of it', async () => {
  const id = await paged('cup');
  expect(await engine.daemon.incident(id)).toMatchObject({ acked: null });
  expect(await ack(id)).toMatchObject({ code: 0, stdout: `${id} is yours, ${who()}\n`, stderr: '' });
  expect(await engine.daemon.incident(id)).toMatchObject({
    acked: { by: who(), at: expect.any(String) },
    state: 'escalated',
  });
  expect((await acknowledgements(id)).map(({ summary }) => summary)).toEqual([expect.stringContaining(who())]);
  await engine.pagerduty.until(() => engine.pagerduty.incident(id)?.status === 'acknowledged', 15_000);

  // Whoever has it already has it still.
  expect(await ack(id)).toMatchObject({ code: 0, stdout: `${id} is yours, ${who()}\n` });
  expect(await acknowledgements(id)).toHaveLength(1);
});

test('ack of what nobody knows, and of what is over, is an exit code', async () => {
  const none = { code: 1, stdout: 'No open incident is called inc-none\n', stderr: '' };
  expect(await ack('inc-none')).toMatchObject(none);
  const id = await paged('vase');
  await engine.daemon.event({ name: 'thing:strange', status: 'resolved', labels: { thing: 'vase' } });
  await engine.daemon.until('its end', async () => (await engine.daemon.incident(id)).state === 'closed');
  expect(await ack(id)).toMatchObject({ code: 1, stdout: `No open incident is called ${id}\n` });
  expect(await acknowledgements(id)).toEqual([]);
});
