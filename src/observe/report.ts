import type { Verdict } from '../decide/verdict.ts';
import type { Incident } from '../domain/incident.ts';
import { type Clock, type Millis, toIso } from '../domain/time.ts';
import type { Run } from '../store/runs.ts';
import type { Log } from './log.ts';
import type { Metrics } from './metrics.ts';

/** How long after its last error the queue still counts as failing. */
const QUEUE_MEMORY: Millis = 15_000;

/** The same error of a queue that is away comes many times a second; one line each so often is enough. */
const LOG_EVERY: Millis = 5_000;

/** What the parts of the service tell of themselves, as log lines and figures. */
export function reportTo(log: Log, metrics: Metrics, clock: Clock) {
  let lastQueueError: { readonly at: number; readonly message: string } | null = null;
  let lastLogged = 0;

  return {
    verdict(rule: string, { event, entry }: Verdict): void {
      const reason = entry.reason ?? 'unknown';
      metrics.decisions.inc({ rule, verdict: event.type, reason });
      log.info({ rule, verdict: event.type, reason }, entry.summary);
    },
    firstStep(run: Run, again: boolean): void {
      const { id, incidentId: incident, rule, remediation, admittedAt } = run;
      // Only the first executor of a run counts; a resumed one has begun before.
      if (!again) metrics.firstStep.observe((clock.now() - admittedAt) / 1_000);
      log.info({ run: id, incident, rule, remediation, dry: run.dry }, again ? 'run goes on' : 'run begins');
    },
    runEnded(run: Run, outcome: string): void {
      const { id, incidentId: incident, rule, remediation } = run;
      if (outcome !== 'applied' && outcome !== 'noop') metrics.runs.inc({ rule, remediation, outcome });
      log.info({ run: id, incident, rule, remediation, outcome }, 'the steps of a run ended');
    },
    runVerified(run: Run, outcome: string, incident: Incident): void {
      const { id, rule, remediation } = run;
      metrics.runs.inc({ rule, remediation, outcome });
      if (outcome === 'held') metrics.heal.observe({ rule }, (clock.now() - incident.openedAt) / 1_000);
      log.info({ run: id, incident: incident.id, rule, remediation, outcome }, 'a run was judged');
    },
    told(channel: string, topic: string, outcome: 'sent' | 'retry' | 'rejected', why: string | null): void {
      metrics.notifications.inc({ channel, topic, outcome });
      if (outcome !== 'sent') log.warn({ channel, topic, outcome, why }, 'a message was not delivered');
      else if (why !== null) log.warn({ channel, topic, outcome, why }, 'a message was delivered in part');
    },
    escalated(reason: string): void {
      metrics.escalations.inc({ reason });
    },
    unreachable(incident: string, why: string): void {
      log.error({ incident, why }, 'nobody can be told');
      metrics.notifications.inc({ channel: 'none', topic: 'page', outcome: 'rejected' });
    },
    unheard(title: string): void {
      log.warn({ title }, 'no channel takes news for the team');
    },
    answered(kind: string, outcome: string): void {
      metrics.answers.inc({ kind, outcome });
      log.info({ kind, outcome }, 'a person answered or commanded');
    },
    unsaid(why: string): void {
      log.warn({ why }, 'a person could not be told what came of it');
    },
    swept(kind: string, count: number): void {
      metrics.swept.inc({ kind }, count);
      log.error({ kind, count }, 'owed work was missing from the outbox and was made up for');
    },
    pauseFile: {
      onPaused({ scope, key, why, fault }: { scope: string; key: string; why: string; fault: string | null }): void {
        if (fault !== null) log.error({ fault }, 'the pause file is faulty, so everything is paused');
        log.warn({ scope, key, why }, 'the pause file stops remediation');
      },
      onLifted(): void {
        log.warn('the pause file is gone; what it stopped goes on');
      },
    },
    failed(error: Error, what: string): void {
      log.error({ err: error }, what);
    },
    clockChanged(refusal: string | null, skew: number): void {
      if (refusal === null) log.warn({ skewMs: skew }, 'the clock is right again');
      else log.error({ skewMs: skew }, refusal);
    },
    queueError(error: Error, what: string): void {
      const now = clock.now();
      metrics.queueErrors.inc();
      lastQueueError = { at: now, message: error.message };
      if (now - lastLogged < LOG_EVERY) return;
      lastLogged = now;
      log.warn({ err: error }, what);
    },
    queueFault(): string | null {
      if (lastQueueError === null || clock.now() - lastQueueError.at > QUEUE_MEMORY) return null;
      return `failed at ${toIso(lastQueueError.at)}: ${lastQueueError.message}; work is done directly meanwhile`;
    },
  };
}
