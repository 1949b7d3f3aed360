import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { removeFolder, type SpawnedDaemon, spawnDaemon } from '../../support/daemon/spawned.ts';
import { startToy, type Toy } from '../../support/daemon/toy.ts';
import { createDatabase } from '../../support/services/postgres.ts';

let toy: Toy;
let databaseUrl: string;
let daemon: SpawnedDaemon;

const start = (grace: string, folder?: string) =>
  spawnDaemon({
    databaseUrl,
    rules: 'test/fixtures/toy/rules',
    remediations: 'test/fixtures/toy/remediations',
    config: {
      tools: { apis: { toy: { base_url: toy.url } } },
      queue: { poll: '100ms', hold: '1s' },
      guards: { backoff: ['0s'] },
      stop: { grace },
    },
    ...(folder === undefined ? {} : { folder }),
  });

beforeAll(async () => {
  toy = await startToy();
  databaseUrl = await createDatabase(inject('postgresUrl'));
});

afterAll(async () => {
  await daemon?.end('SIGKILL');
  await toy?.stop();
  if (daemon !== undefined) await removeFolder(daemon.folder);
});

/** Holds the answer to `what` for this thing until the test lets go. */
function holdAt(thing: string, what: string): { readonly reached: Promise<void>; letGo(): void } {
  const reached = Promise.withResolvers<void>();
  const gate = Promise.withResolvers<void>();
  toy.onChange = async (id, done) => {
    if (id !== thing || done !== what) return;
    reached.resolve();
    await gate.promise;
  };
  return { reached: reached.promise, letGo: () => gate.resolve() };
}

test('asked to stop, it finishes the step under way and begins no other; the next start goes on', async () => {
  daemon = await start('20s');
  const held = holdAt('slow', 'prepare');
  await daemon.event({ name: 'thing:broken', status: 'firing', severity: 'HIGH', labels: { thing: 'slow' } });
  await held.reached;
  const ended = daemon.end('SIGTERM');
  await daemon.until('webhooks are sent elsewhere', async () => {
    const answer = await daemon.event({ name: 'hello:world', status: 'firing' }).catch(() => undefined);
    return answer === undefined || answer.status === 503;
  });
  held.letGo();
  expect(await ended).toBe(0);
  expect(toy.thing('slow')).toMatchObject({ prepared: 1, mended: 0 });

  daemon = await start('20s', daemon.folder);
  await daemon.until('the rest is done', async () => toy.thing('slow').mended === 1);
  expect(toy.thing('slow')).toMatchObject({ prepared: 1, mended: 1 });
  expect(await daemon.end('SIGTERM')).toBe(0);
});

test('a step that does not finish within the grace is cut off, and looked up by the next start', async () => {
  daemon = await start('500ms', daemon.folder);
  const held = holdAt('stuck', 'mend');
  await daemon.event({ name: 'thing:broken', status: 'firing', severity: 'HIGH', labels: { thing: 'stuck' } });
  await held.reached;
  expect(await daemon.end('SIGTERM')).toBe(0);
  expect(daemon.output()).toContain('steps are cut off');
  held.letGo();

  daemon = await start('20s', daemon.folder);
  await daemon.untilState('thing:stuck', ['verifying']);
  // It had landed, so it is not done again.
  expect(toy.thing('stuck').mended).toBe(1);
  expect(await daemon.end('SIGTERM')).toBe(0);
});
