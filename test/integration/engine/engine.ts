import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inject } from 'vitest';
import { Secret } from '../../../src/config/secret.ts';
import type { Clock, Time } from '../../../src/domain/time.ts';
import type { LoadedRemediation } from '../../../src/remediation/registry.ts';
import { type InProcessDaemon, startInProcess } from '../../support/daemon/in-process.ts';
import { startToy, type Toy } from '../../support/daemon/toy.ts';
import { type FakePagerDuty, startPagerDuty } from '../../support/fakes/pagerduty/pagerduty.ts';
import { type FakeSlack, type SlackWorld, startSlack } from '../../support/fakes/slack/slack.ts';
import { createDatabase } from '../../support/services/postgres.ts';

export const ROUTING_KEY = '0123456789abcdef0123456789abcdef';

export const SIGNING_SECRET = '8f742231b10e8888abcd99yyyzzz85a5';

export const WEBHOOK_SECRET = 'a-secret-of-pagerduty';

export interface Engine extends AsyncDisposable {
  readonly databaseUrl: string;
  readonly rulesFolder: string;
  readonly toy: Toy;
  readonly slack: FakeSlack;
  readonly pagerduty: FakePagerDuty;
  readonly daemon: InProcessDaemon;
  /** One more replica on the same database. */
  another(): Promise<InProcessDaemon>;
}

export interface EngineOptions {
  /** The rules file; the toy's own rules without it. */
  readonly rules?: string;
  readonly remediations?: string | ReadonlyMap<string, LoadedRemediation>;
  readonly clock?: Clock;
  readonly databaseTime?: () => Promise<Time>;
  readonly config?: Record<string, unknown>;
  /** Further services of PagerDuty, by the name that policies give them. */
  readonly pagerdutyServices?: Readonly<Record<string, string>>;
  /** What Slack is like: its user groups, its plan. */
  readonly slack?: SlackWorld;
  /** No channel at all. */
  readonly alone?: boolean;
}

/** A daemon in this process with its toy world, Slack and PagerDuty, on a database of its own. */
export async function startEngine(options: EngineOptions = {}): Promise<Engine> {
  const toy = await startToy();
  const slack = await startSlack({ token: 'xoxb-test', ...options.slack });
  const pagerduty = await startPagerDuty({
    routingKeys: [ROUTING_KEY, ...Object.values(options.pagerdutyServices ?? {})],
  });
  const databaseUrl = await createDatabase(inject('postgresUrl'));
  const rulesFolder = await mkdtemp(join(tmpdir(), 'remedyd-rules-'));
  const own = options.rules;
  if (own !== undefined) await writeFile(join(rulesFolder, 'rules.yaml'), own);
  const { notify: notifyMore = {}, ...config } = options.config ?? {};
  const notify = {
    slack: {
      token: new Secret('xoxb-test', 'test'),
      api_url: slack.apiUrl,
      channels: { default: 'C0INCIDENTS' },
      signing_secret: new Secret(SIGNING_SECRET, 'test'),
      allow: { act: 'oncall' },
      response_hosts: ['127.0.0.1'],
      upload_hosts: ['127.0.0.1'],
    },
    pagerduty: {
      webhook_secrets: [new Secret(WEBHOOK_SECRET, 'test')],
      routing_key: new Secret(ROUTING_KEY, 'test'),
      url: `${pagerduty.url}/v2/enqueue`,
      services: Object.fromEntries(
        Object.entries(options.pagerdutyServices ?? {}).map(([name, key]) => [name, new Secret(key, 'test')]),
      ),
    },
    ...(notifyMore as object),
  };
  const start = () =>
    startInProcess({
      databaseUrl,
      rules: own === undefined ? 'test/fixtures/toy/rules' : rulesFolder,
      remediations: options.remediations ?? 'test/fixtures/toy/remediations',
      ...(options.clock === undefined ? {} : { clock: options.clock }),
      ...(options.databaseTime === undefined ? {} : { databaseTime: options.databaseTime }),
      config: {
        tools: { apis: { toy: { base_url: toy.url } } },
        guards: { backoff: ['0s'], runs_at_once: 100, runs_per_hour: 10_000 },
        notify: options.alone ? {} : notify,
        ...config,
      },
    });
  const daemons = [await start()];
  const [daemon] = daemons as [InProcessDaemon];
  return {
    databaseUrl,
    rulesFolder,
    toy,
    slack,
    pagerduty,
    daemon,
    async another() {
      const more = await start();
      daemons.push(more);
      return more;
    },
    async [Symbol.asyncDispose]() {
      await Promise.all(daemons.map((one) => one.stop()));
      await Promise.all([
        toy.stop(),
        slack.stop(),
        pagerduty.stop(),
        rm(rulesFolder, { recursive: true, force: true }),
      ]);
    },
  };
}

/** A rule of the toy world; `more` are further lines of it. */
export function rule(name: string, alertname: string, ...more: readonly string[]): string {
  return [
    `  - name: ${name}`,
    '    description: For a test.',
    `    when: { match: ['alertname="${alertname}"'] }`,
    '    severity: high',
    '    mode: auto',
    ...more.map((line) => `    ${line}`),
    '',
  ].join('\n');
}

export const MEND = 'do: [{ remediation: things/mend, with: { thing: { label: thing } } }]';

export const FREE = 'guards: { cooldown: 0s, budget: { runs: 1000, per: 1h }, concurrency: 100 }';
