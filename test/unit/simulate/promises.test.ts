import { expect, test } from 'vitest';
import { printStory } from '../../simulate/print.ts';
import { SOUND } from '../../simulate/seams.ts';
import { printShrunk, scriptOf, shrink, tellSeeds } from '../../simulate/seeds.ts';
import { tellStory } from '../../simulate/story.ts';

const SEEDS = 2_000;

/** On a machine that does ten other things. */
const PATIENCE = 300_000;

test(
  `P1 to P10 hold after every event of ${SEEDS} stories`,
  async () => {
    const { failure, seeds } = await tellSeeds(SOUND, 1, SEEDS);
    const story = failure === null ? '' : printShrunk(await shrink(SOUND, failure.seed, failure.broken.promise));
    expect(failure, `seed ${failure?.seed}: ${failure?.broken.message}\n${story}`).toBeNull();
    expect(seeds).toBe(SEEDS);
  },
  PATIENCE,
);

test('the same seed tells the same story, word for word', async () => {
  for (const seed of [1, 2, 3, 40, 500, 6_000]) {
    const [first, second] = [await tellStory(scriptOf(seed), SOUND), await tellStory(scriptOf(seed), SOUND)];
    expect(first.events).toBeGreaterThan(10);
    expect(printStory(second.lines)).toBe(printStory(first.lines));
  }
});
