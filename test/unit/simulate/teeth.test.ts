import { describe, expect, test } from 'vitest';
import { MUTATIONS } from '../../simulate/mutations.ts';
import { printShrunk, shrink, tellSeeds } from '../../simulate/seeds.ts';
import { tableRows, textOf } from '../docs/files.ts';

/** Several times as many stories as the rarest mutation needed when it was written. */
const ENOUGH = 1_500;

const PATIENCE = 300_000;

describe('the promises have teeth', () => {
  test.each(MUTATIONS.map((mutation) => [mutation.name, mutation] as const))(
    '%s is caught',
    async (_name, { seams, caughtBy }) => {
      const { failure } = await tellSeeds(seams, 1, ENOUGH);
      expect(caughtBy).toContain(failure?.broken.promise);
    },
    PATIENCE,
  );

  test('every promise from P1 to P10 catches something', () => {
    const promises = new Set(MUTATIONS.flatMap(({ caughtBy }) => caughtBy.slice(0, 1)));
    expect([...promises].sort()).toEqual(['P1', 'P10', 'P2', 'P3', 'P4', 'P5', 'P6', 'P7', 'P8', 'P9']);
  });
});

test(
  'a failure is shrunk to a story that people can read',
  async () => {
    const mutation = MUTATIONS.find(({ name }) => name === 'no-deadline-row');
    if (mutation === undefined) throw new Error('There is no such mutation');
    const { script, told } = await shrink(mutation.seams, 1, 'P2');
    expect(script.length).toBeLessThanOrEqual(2);
    expect(printShrunk({ script, told })).toContain('BROKEN');
    expect(told.broken?.message).toMatch(/^P2: inc-\d+ has a deadline, and nothing in the outbox will see it pass$/);
  },
  PATIENCE,
);

test('docs/simulation.md lists every mutation, what it spoils, and what catches it', async () => {
  const rows = tableRows(await textOf('docs/simulation.md'), 'mutation');
  expect(rows.map(([name, says, caughtBy]) => [name, says, caughtBy])).toEqual(
    MUTATIONS.map(({ name, says, caughtBy }) => [name, says, caughtBy.join(', ')]),
  );
  for (const [, , , stories] of rows) expect(Number(stories)).toBeGreaterThan(0);
});
