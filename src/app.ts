import { hostname } from 'node:os';
import { join, resolve } from 'node:path';
import { groupsOf } from './approve/config.ts';
import { openAnswers } from './approve/open.ts';
import { servePeople } from './approve/serve.ts';
import type { Config } from './config/schema.ts';
import { newId } from './domain/id.ts';
import type { Clock, Millis, Time } from './domain/time.ts';
import { settingsOf } from './engine/settings.ts';
import { rotationOf } from './escalate/rotation-config.ts';
import { explainer, openCanaries, whyLines } from './explaining.ts';
import { refreshFigures } from './figures.ts';
import { createIngest } from './ingest/ingest.ts';
import { registerIngest } from './ingest/routes.ts';
import { createSourceDesk } from './ingest/source-desk.ts';
import { createTeardown } from './lifecycle.ts';
import { createChannels, sayChannels } from './notify/channels.ts';
import type { Log } from './observe/log.ts';
import { createMetrics } from './observe/metrics.ts';
import { reportTo } from './observe/report.ts';
import { registerObserve } from './observe/routes.ts';
import { watchPauseFile } from './pause/watch.ts';
import { openBackend } from './queue/backend.ts';
import { watchClock } from './queue/clock-watch.ts';
import { startRelay } from './queue/relay.ts';
import { createWaker } from './queue/waker.ts';
import { createWork, startWorkers } from './queue/workers.ts';
import { startRegulars } from './regulars.ts';
import type { LoadedRemediation } from './remediation/registry.ts';
import { reporter } from './reporting.ts';
import type { LiveRules } from './rules/live.ts';
import { createServer } from './server/server.ts';
import { createStages } from './stages.ts';
import { registerApi } from './status/api.ts';
import type { Db } from './store/db.ts';
import { releaseLeases } from './store/leases.ts';
import type { Waking } from './store/wake.ts';
import { createToolbox } from './tools/toolbox.ts';

export interface AppParts {
  readonly config: Config;
  readonly clock: Clock;
  readonly log: Log;
  readonly db: Db;
  readonly databaseUrl: string;
  readonly remediations: ReadonlyMap<string, LoadedRemediation>;
  readonly rules: LiveRules;
  readonly production: boolean;
  /** What time it is for all replicas. */
  databaseTime(db: Db): Promise<Time>;
}

export interface App {
  /** Where it answers, such as `http://127.0.0.1:8080`. */
  readonly address: string;
  /**
   * Stops in two stages: no new work, and the steps under way may finish within `stop.grace`; then they are cut off, and
   * their journals say where the next start goes on.
   */
  stop(): Promise<void>;
}

/** A clock drifts slowly; one that jumps is found before its replica has done much. */
const CLOCK_EVERY: Millis = 5_000;

/** Puts the service together, in the order in which its parts need each other. Everything it starts, `stop` ends. */
export async function startApp(parts: AppParts): Promise<App> {
  const { config, clock, log, db, remediations, rules } = parts;
  const startedAt = clock.now();
  const replica = newId('rep', startedAt);
  const teardown = createTeardown(log);
  const hardStop = new AbortController();
  let stopping = false;
  const metrics = createMetrics();
  const report = reportTo(log, metrics, clock);

  const toolbox = createToolbox(config.tools, clock);
  teardown.add('tools', () => toolbox.close());
  const made = createChannels(config.notify, { production: parts.production, clock });
  const { channels } = made;
  const { isHeard, text } = sayChannels(made);
  log[isHeard ? 'info' : 'error'](text);

  const backend = openBackend({
    kind: config.queue.backend,
    url: config.queue.backend === 'redis' ? (config.queue.redis_url ?? 'redis://127.0.0.1:6379') : parts.databaseUrl,
    prefix: config.queue.prefix,
    onError: (error) => report.queueError(error, 'the queue reports an error'),
  });
  teardown.add('queue backend', () => backend.close());

  const sourceDesk = createSourceDesk(config.sources);
  teardown.add('source APIs', () => sourceDesk.close());

  const rotations = config.escalation.rotations.map(rotationOf);
  const shared = {
    db,
    clock,
    remediations,
    toolbox,
    settings: config.settings,
    askSources: sourceDesk.ask,
    hardStop: hardStop.signal,
    stopping: () => stopping,
    rotations,
    groups: groupsOf(config.people, rotations),
    rulebook: rules.current,
    handOver: (rows: Parameters<typeof relay.handOver>[0]) => relay.handOver(rows),
    tellOwn: (alerts: Parameters<typeof ingest.tellOwn>[0]) => ingest.tellOwn(alerts),
    wake: (waking: Waking) => waker.wake(waking),
  };
  const watch = watchClock({
    clock,
    every: CLOCK_EVERY,
    databaseTime: () => parts.databaseTime(db),
    onChange: report.clockChanged,
  });
  await watch.look();
  teardown.add('clock watch', () => watch.stop());
  const { refusal } = watch;
  const canaries = openCanaries(config, clock, hardStop.signal);
  const why = explainer(config, clock, remediations, rules.current, db, canaries);
  const answers = openAnswers({
    ...shared,
    config,
    why: whyLines(why, clock),
    onAnswer: report.answered,
    onUnsaid: report.unsaid,
  });
  const work = createWork({
    db,
    clock,
    handlers: createStages({ ...shared, config, replica, channels, report, answers, canaries }),
    refusal,
    onError: report.failed,
  });
  const relay = startRelay({
    db,
    clock,
    backend,
    prefix: config.queue.prefix,
    pollEvery: config.queue.poll,
    refusal,
    direct: (job) =>
      work(
        job.lane,
        job.rows.map((row) => row.id),
      ),
    onError: report.queueError,
  });
  teardown.add('relay', () => relay.stop());
  const waker = createWaker({ ...shared, onError: report.failed });
  teardown.add('waker', () => waker.stop());
  // Before the first worker: who starts beside a pause file changes nothing.
  const pausing = await watchPauseFile({
    ...shared,
    path: resolve(config.pause_file ?? join(config.data_dir, 'pause')),
    host: hostname(),
    ...report.pauseFile,
    onError: report.failed,
  });
  teardown.add('pause file', () => pausing.stop());
  const { execute: runs, verify: looks, people: messages } = config.queue;
  const concurrency = { decide: 1, execute: runs, verify: looks, people: messages, answers: messages, threads: 2 };
  const workers = startWorkers(work, backend, config.queue.prefix, concurrency);
  teardown.add('workers', () => Promise.all(workers.map((worker) => worker.abandon())));

  const ingest = createIngest({ ...shared, config, log, metrics, apis: sourceDesk.apis });
  const server = createServer(log, config.server.body_limit);
  const health = {
    db,
    clock,
    channelNames: [...channels.keys()],
    rulesFault: rules.fault,
    queueFault: report.queueFault,
    clockFault: refusal,
  };
  const refresh = () => refreshFigures(db, clock, metrics, config.autonomy.debt);
  registerObserve(server, {
    ...health,
    metrics,
    auth: config.api,
    closed: config.api.metrics,
    stopping: () => stopping,
    refresh,
  });
  const { window, debt } = config.autonomy;
  registerApi(server, {
    ...health,
    ...settingsOf(config),
    window,
    debt,
    auth: config.api,
    remediations,
    rulebook: rules.current,
    replica,
    startedAt,
    why,
    report: reporter(config, clock, remediations, rules.current, db),
  });
  registerIngest(server, { ...ingest.parts, sources: config.sources, stopping: () => stopping });
  const closePeople = await servePeople(server, parts.databaseUrl, {
    ...answers,
    log,
    metrics,
    stopping: () => stopping,
  });
  teardown.add('connection for people', closePeople);
  const address = await server.listen({ host: config.server.host, port: config.server.port });
  teardown.add('http', () => server.close());
  rules.onChange((ok) => metrics.rulesLoaded.set(ok ? 1 : 0));

  teardown.add('leases', () => releaseLeases(db, replica));
  const regulars = startRegulars({
    ...shared,
    config,
    replica,
    log,
    metrics,
    channels,
    report,
    store: ingest.parts.store,
  });
  teardown.add('regular work', () => regulars.stop());

  return {
    address,
    async stop() {
      if (stopping) return teardown.run();
      stopping = true;
      log.info({ graceMs: config.stop.grace }, 'stopping: steps under way may finish');
      const finished = Promise.all(workers.map((worker) => worker.stop()));
      const timer = new AbortController();
      const late = clock.sleep(config.stop.grace, timer.signal).then(
        () => true,
        () => false,
      );
      if (await Promise.race([late, finished.then(() => false)]))
        log.warn('steps are cut off; the next start goes on with them');
      hardStop.abort(new Error('the service stops'));
      timer.abort();
      await teardown.run();
    },
  };
}
