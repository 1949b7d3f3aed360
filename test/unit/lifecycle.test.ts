import { pino } from 'pino';
import { expect, test } from 'vitest';
import { createTeardown } from '../../src/lifecycle.ts';

/** A teardown, and what it logged. */
function begin() {
  const logged: { level: string; part: string; msg: string; err?: { message: string } }[] = [];
  const formatters = { level: (level: string) => ({ level }) };
  const log = pino({ level: 'debug', base: null, formatters }, { write: (line) => logged.push(JSON.parse(line)) });
  return { teardown: createTeardown(log), logged };
}

test('what was added last ends first, and each is waited for before the next', async () => {
  const { teardown, logged } = begin();
  const story: string[] = [];
  const app = Promise.withResolvers<void>();
  teardown.add('database', () => story.push('database'));
  teardown.add('app', async () => {
    story.push('app begins');
    await app.promise;
    story.push('app ended');
  });
  const done = teardown.run();
  await new Promise(setImmediate);
  expect(story).toEqual(['app begins']);
  app.resolve();
  await done;
  expect(story).toEqual(['app begins', 'app ended', 'database']);
  expect(logged.map(({ part, msg }) => [part, msg])).toEqual([
    ['app', 'ended'],
    ['database', 'ended'],
  ]);
});

test('one that fails, at once or later, keeps no other from ending, and the log names it', async () => {
  const { teardown, logged } = begin();
  const ended: string[] = [];
  teardown.add('rules', () => ended.push('rules'));
  teardown.add('queue', () => {
    throw new Error('queue is stuck');
  });
  teardown.add('relay', () => Promise.reject(new Error('relay is stuck')));
  teardown.add('app', () => ended.push('app'));
  await expect(teardown.run()).resolves.toBeUndefined();
  expect(ended).toEqual(['app', 'rules']);
  expect(logged.filter(({ level }) => level === 'error')).toMatchObject([
    { part: 'relay', msg: 'did not end well', err: { message: 'relay is stuck' } },
    { part: 'queue', msg: 'did not end well', err: { message: 'queue is stuck' } },
  ]);
});

test('run again, meanwhile or after, ends nothing twice, and waits for the same end', async () => {
  const { teardown } = begin();
  const story: string[] = [];
  const app = Promise.withResolvers<void>();
  teardown.add('app', async () => {
    story.push('app begins');
    await app.promise;
    story.push('app ended');
  });
  const first = teardown.run();
  const second = teardown.run().then(() => story.push('second knows'));
  await new Promise(setImmediate);
  expect(story).toEqual(['app begins']);
  app.resolve();
  await Promise.all([first, second]);
  await teardown.run();
  expect(story).toEqual(['app begins', 'app ended', 'second knows']);
});

test('nothing to end is well', async () => {
  const { teardown, logged } = begin();
  await teardown.run();
  expect(logged).toEqual([]);
});
