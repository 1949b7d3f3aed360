/**
 * The main job, shown: a small Cerniq breaks in five ways, its alerts reach remedyd, four are healed and the fifth reaches
 * a person. Exit code 1 when anything ends otherwise than it has to.
 *
 *     npm run demo
 *     npm run demo -- --json      # one JSON object on standard output; people read along on standard error
 *     npm run demo -- --keep      # stays up afterwards, to be looked at and broken further
 */
import { setTimeout as pause } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { changingSteps, lookAt, type Progress } from './follow.ts';
import { tellOn, whatToTry } from './keep.ts';
import { pageText, reportOf, tableOf } from './report.ts';
import { SCENARIOS } from './scenarios.ts';
import { openScreen, type Screen } from './screen.ts';
import { startWorld, type World } from './world.ts';

const GIVE_UP_AFTER = 75_000;

const { values: options } = parseArgs({ options: { json: { type: 'boolean' }, keep: { type: 'boolean' } } });
const out = options.json === true ? process.stderr : process.stdout;
const screen = openScreen(out, process.env.NO_COLOR === undefined);
const cancel = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  // A terminal sends its own to every process at once, npm passes on another: the second one changes nothing.
  process.on(signal, () => cancel.abort(new Error(`stopped by ${signal}`)));
}
process.exitCode = await demo(screen, cancel.signal);

async function demo(screen: Screen, signal: AbortSignal): Promise<number> {
  const begun = performance.now();
  const took = () => `${((performance.now() - begun) / 1_000).toFixed(1)} s`;
  try {
    await using world = await startWorld((line) => screen.say(`  ${line}`), signal);
    screen.say(`\nEverything is up after ${took()}. Now Cerniq breaks:\n`);
    for (const { alert, trouble } of SCENARIOS) screen.say(`  ${alert.padEnd(17)}  ${trouble}`);
    screen.say('');
    await Promise.all(SCENARIOS.map((scenario) => scenario.make(world.cerniq)));
    const last = await follow(world, screen, signal);
    const report = reportOf(last);
    screen.say(['', ...tableOf(last), ''].join('\n'));
    const page = pageText(last, world.pagerduty);
    if (page.length > 0) screen.say(`What the on-call person got:\n\n${page.join('\n')}\n`);
    screen.say(report.ok ? `All as it has to be, after ${took()}.` : `NOT as it has to be, after ${took()}.`);
    if (!report.ok) screen.say(`\nThe daemon's last words:\n${world.daemon.output().slice(-4_000)}`);
    if (options.json === true) process.stdout.write(`${JSON.stringify(report)}\n`);
    if (options.keep === true) {
      world.monitoring.watchWorkers();
      screen.say((await whatToTry(world)).join('\n'));
      await tellOn(world, (line) => screen.say(line), signal);
    }
    return report.ok ? 0 : 1;
  } catch (error) {
    if (!signal.aborted) throw error;
    return 130;
  } finally {
    screen.say(signal.aborted ? '\nStopped; everything is cleaned up.' : 'Everything is cleaned up.');
  }
}

/** Until every scenario has ended, or there is no more time. */
async function follow(world: World, screen: Screen, signal: AbortSignal): Promise<readonly Progress[]> {
  const changing = await changingSteps(world.daemon);
  const giveUpAt = performance.now() + GIVE_UP_AFTER;
  for (;;) {
    const progress = await lookAt(SCENARIOS, world.daemon, world.pagerduty, changing);
    screen.show(progress);
    if (progress.every(({ ended }) => ended) || performance.now() > giveUpAt) return progress;
    await pause(200, undefined, { signal });
  }
}
