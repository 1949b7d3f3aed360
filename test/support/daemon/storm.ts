import type { Db } from '../../../src/store/db.ts';
import type { FakePagerDuty } from '../fakes/pagerduty/pagerduty.ts';
import type { DaemonClient, Event } from './client.ts';

/** The limit of the rule below: more than this at once is a storm. */
export const STORM_FIRING = 8;

/** A rule of the toy world under which a storm can break out, and whose deadlines come while it goes on. */
export const STORM_RULES = `rules:
  - name: things
    description: A thing of the toy world broke.
    when: { match: ['alertname="thing:broken"'] }
    severity: high
    mode: auto
    do: [{ remediation: things/mend, with: { thing: { label: thing } } }]
    guards:
      cooldown: 0s
      budget: { runs: 9, per: 1h }
      concurrency: 50
      storm: { firing: ${STORM_FIRING}, within: 1m, calm: 5s }
    escalate: { policy: oncall, after: 60s }
`;

export interface StormParts {
  readonly daemon: DaemonClient;
  readonly db: Db;
  readonly pagerduty: FakePagerDuty;
  /** How many things break at once. */
  readonly things: number;
  readonly perWebhook: number;
  /** How many webhooks are on their way at once. */
  readonly connections: number;
  /** How many still fire when it has calmed down; no more than the rule may work on at once. */
  readonly left: number;
  /** Told of each stage, with the milliseconds since the first webhook. */
  onStage?(what: string, ms: number): void;
}

/** What a storm came to. Times are milliseconds since the first webhook was sent. */
export interface StormFigures {
  readonly acknowledgedMs: number;
  readonly slowestWebhookMs: number;
  readonly pagedMs: number;
  readonly allCoveredMs: number;
  readonly overMs: number;
  readonly stored: number;
  /** Runs that began before it was a storm, while it went on, and after it. */
  readonly runs: { readonly before: number; readonly during: number; readonly after: number };
  readonly triggers: number;
  readonly states: Readonly<Record<string, number>>;
}

const WITHIN = 240_000;

/** Breaks many things at once, waits until the daemon has weathered that, and counts what it did. */
export async function weatherStorm(parts: StormParts): Promise<StormFigures> {
  const { daemon, db, pagerduty, things, left } = parts;
  const began = performance.now();
  const since = () => Math.round(performance.now() - began);
  const count = async (what: string, values: readonly unknown[] = []) =>
    (await db.query<{ n: number }>(`select count(*)::int as n from remedyd.${what}`, values))[0]?.n ?? 0;
  const names = Array.from({ length: things }, (_, i) => `thing-${i}`);

  const slowestWebhookMs = await send(parts, names, 'firing');
  const acknowledgedMs = since();
  parts.onStage?.('all are acknowledged', acknowledgedMs);
  const stored = await count(`episodes where name = 'thing:broken'`);
  const storm = await daemon.untilState('storm:things', ['escalated'], WITHIN);
  await daemon.until('the page', async () => pagerduty.incident(storm.id)?.status === 'triggered', WITHIN);
  const pagedMs = since();
  parts.onStage?.('one page is out', pagedMs);
  const before = await count('runs');
  await daemon.until(
    'every page but one is covered',
    async () => (await count(`incidents where rule = 'things' and covered_by = $1`, [storm.id])) >= things - before,
    WITHIN,
  );
  const allCoveredMs = since();
  parts.onStage?.('it stands for all of them', allCoveredMs);
  // What is resolved while it goes on was never worked on.
  await send(parts, names.slice(left), 'resolved');
  const during =
    (await count('runs where admitted_at <= (select max(opened_at) from remedyd.incidents where rule = $1)', [
      'things',
    ])) - before;
  parts.onStage?.('most are resolved', since());
  await daemon.until('the rest is worked on', async () => (await count('runs')) >= left, WITHIN);
  parts.onStage?.('the rest is worked on', since());
  await send(parts, names.slice(0, left), 'resolved');
  await daemon.untilState('storm:things', ['closed'], WITHIN);
  await daemon.until('everything ends', async () => (await count('incidents where ended_at is null')) === 0, WITHIN);
  await daemon.until('it is told', async () => pagerduty.incident(storm.id)?.status === 'resolved', WITHIN);
  const states = await db.query<{ state: string; n: number }>(
    `select state, count(*)::int as n from remedyd.incidents where rule = 'things' group by state order by state`,
    [],
  );
  return {
    acknowledgedMs,
    slowestWebhookMs,
    pagedMs,
    allCoveredMs,
    overMs: since(),
    stored,
    runs: { before, during, after: (await count('runs')) - before - during },
    triggers: pagerduty.events.filter(({ event_action }) => event_action === 'trigger').length,
    states: Object.fromEntries(states.map(({ state, n }) => [state, n])),
  };
}

/** @returns how long the slowest answer took. @throws Error where one is not acknowledged. */
async function send(
  { daemon, perWebhook, connections }: StormParts,
  things: readonly string[],
  status: Event['status'],
): Promise<number> {
  const bodies: Event[][] = [];
  for (let i = 0; i < things.length; i += perWebhook)
    bodies.push(
      things.slice(i, i + perWebhook).map((thing) => ({
        name: 'thing:broken',
        status,
        severity: 'HIGH',
        labels: { thing },
      })),
    );
  let slowest = 0;
  const sender = async () => {
    for (let body = bodies.shift(); body !== undefined; body = bodies.shift()) {
      const sent = performance.now();
      const answer = await daemon.event(body);
      slowest = Math.max(slowest, performance.now() - sent);
      if (!answer.ok) throw new Error(`A webhook was answered ${answer.status}: ${await answer.text()}`);
      await answer.arrayBuffer();
    }
  };
  await Promise.all(Array.from({ length: connections }, sender));
  return Math.round(slowest);
}
