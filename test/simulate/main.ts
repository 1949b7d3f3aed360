import { parseArgs } from 'node:util';
import { MUTATIONS } from './mutations.ts';
import { SOUND } from './seams.ts';
import { printShrunk, shrink, type Tally, tellSeeds } from './seeds.ts';

const USE = `npm run simulate -- [--seeds N] [--seed S] [--mutation NAME] [--mutations]

  --seeds N          so many stories, 1,000 if left out
  --seed S           the first of them, 1 if left out
  --mutation NAME    with the service spoilt in this way
  --mutations        lists the ways to spoil it
`;

/** How often progress is told, in milliseconds. */
const EVERY = 5_000;

const { values } = parseArgs({
  options: {
    seeds: { type: 'string', default: '1000' },
    seed: { type: 'string', default: '1' },
    mutation: { type: 'string' },
    mutations: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});

process.exitCode = await main();

async function main(): Promise<0 | 1 | 2> {
  const seeds = Number(values.seeds);
  const first = Number(values.seed);
  const mutation = MUTATIONS.find(({ name }) => name === values.mutation);
  if (values.mutations) {
    for (const { name, says } of MUTATIONS) say(`${name.padEnd(28)} ${says}`);
    return 0;
  }
  if (values.help || !(seeds >= 1) || !(first >= 1) || (values.mutation !== undefined && mutation === undefined)) {
    say(USE);
    return values.help ? 0 : 2;
  }
  const seams = mutation?.seams ?? SOUND;
  const started = performance.now();
  const seconds = () => (performance.now() - started) / 1_000;
  let told = started;
  const { failure, ...tally } = await tellSeeds(seams, first, seeds, (so) => {
    if (performance.now() - told < EVERY) return;
    told = performance.now();
    say(`${figures(so)}, ${seconds().toFixed(0)} s`);
  });
  if (failure === null) {
    say(`${figures(tally)}, ${seconds().toFixed(1)} s: every promise held`);
    return 0;
  }
  const { seed, broken } = failure;
  say(`seed ${seed} broke ${broken.message}`);
  say('looking for the shortest story that breaks the same promise …');
  say(printShrunk(await shrink(seams, seed, broken.promise)));
  say(
    `\nAgain: npm run simulate -- --seeds 1 --seed ${seed}${mutation === undefined ? '' : ` --mutation ${mutation.name}`}`,
  );
  return 1;
}

function figures({ seeds, events }: Pick<Tally, 'seeds' | 'events'>): string {
  return `${seeds.toLocaleString('en')} stories, ${events.toLocaleString('en')} events`;
}

function say(text: string): void {
  process.stdout.write(`${text}\n`);
}
