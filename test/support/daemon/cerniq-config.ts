import { readFile } from 'node:fs/promises';
import { parse } from 'yaml';
import type { Cerniq } from '../cerniq/cerniq.ts';
import { SERVICES, type Service, SOURCES, USERS } from '../cerniq/names.ts';
import type { FakePagerDuty } from '../fakes/pagerduty/pagerduty.ts';
import type { FakeSlack } from '../fakes/slack/slack.ts';

type Tree = { readonly [key: string]: unknown };

const SHIPPED = new URL('../../../config/remedyd.yaml', import.meta.url);

/** Blocks of the shipped config that look at addresses which the small world does not have. */
const ELSEWHERE = ['sources', 'api', 'server', 'database', 'data_dir', 'rules', 'remediations', 'probes', 'schedules'];

/** Nobody answers there, and nothing leaves the machine. */
const NOBODY = 'http://127.0.0.1:9';

export const ROUTING_KEY = '0123456789abcdef0123456789abcdef';

/** What the shipped config takes from the environment. */
export function secretsFor(cerniq: Pick<Cerniq, 'adminToken' | 'timelinesAiKey'>, slack: Pick<FakeSlack, 'token'>) {
  return {
    SLACK_BOT_TOKEN: slack.token,
    PAGERDUTY_ROUTING_KEY: ROUTING_KEY,
    ADMIN_TOKEN: cerniq.adminToken,
    TIMELINESAI_API_KEY: cerniq.timelinesAiKey,
  };
}

/**
 * The shipped config, pointed at a small Cerniq and at stand-ins for Slack and PagerDuty. Its settings are what a world
 * needs whose workers start in a second and whose jobs take milliseconds.
 */
export async function cerniqConfig(
  cerniq: Cerniq,
  people: { readonly slack: FakeSlack; readonly pagerduty: FakePagerDuty },
): Promise<Tree> {
  const shipped = parse(await readFile(SHIPPED, 'utf8')) as Tree;
  const kept = Object.fromEntries(Object.entries(shipped).filter(([key]) => !ELSEWHERE.includes(key)));
  const tools = shipped.tools as { readonly apis: Readonly<Record<string, Tree>>; readonly services: Tree };
  const known = shipped.settings as { readonly services: Readonly<Record<string, Tree>> };
  const notify = shipped.notify as { readonly slack: Tree; readonly pagerduty: Tree };
  const urls: Readonly<Record<string, string>> = {
    cerniq: cerniq.url,
    timelinesai: cerniq.timelinesAi.url,
    anaf: cerniq.upstream.anaf.url,
    termene: cerniq.upstream.termene.url,
  };
  return {
    ...kept,
    tools: {
      apis: Object.fromEntries(
        Object.entries(tools.apis).map(([name, api]) => [name, { ...api, base_url: urls[name] ?? NOBODY }]),
      ),
      redis: { url: cerniq.redisUrl },
      bullmq: {},
      postgres: { url: cerniq.postgresUrl },
      services: {
        driver: 'pm2',
        command: cerniq.pm2?.program ?? 'pm2',
        home: cerniq.pm2?.home ?? '/nonexistent',
        scale: tools.services.scale,
      },
    },
    notify: {
      ...notify,
      slack: { ...notify.slack, api_url: people.slack.apiUrl, upload_hosts: ['127.0.0.1'] },
      pagerduty: { ...notify.pagerduty, url: `${people.pagerduty.url}/v2/enqueue` },
    },
    // The same names, at the doors that this world has.
    canaries: [
      { name: 'network', tcp: new URL(cerniq.url).host },
      { name: 'cerniq-api', http: `${cerniq.url}/health` },
      { name: 'cerniq-postgres', tcp: doorOf(cerniq.postgresUrl) },
    ],
    settings: { ...known, ...worldSettings(known.services) },
  };
}

function doorOf(url: string): string {
  const { hostname, port } = new URL(url);
  return `${hostname}:${port === '' ? 5_432 : port}`;
}

function worldSettings(known: Readonly<Record<string, Tree>>): Tree {
  const services = Object.entries(SERVICES).map(([name, queues]) => {
    return [name, { ...known[name], queues, healthy_within: '20s', starts_within: '2s' }];
  });
  const sources = SOURCES.map((source) => [source, sourceSettings(source)]);
  return {
    services: Object.fromEntries(services),
    queues: { backlog: 50, stuck_after: '3s', sample_every: '250ms', settle_within: '3s' },
    enrichment: { sources: Object.fromEntries(sources) },
    reviews: {
      managers: [USERS.manager.id],
      team_leads: [USERS.teamLead.id],
      agents: [USERS.agent1.id, USERS.agent2.id, USERS.agent3.id],
    },
  };
}

function sourceSettings(source: string): Tree {
  const service: Service = 'cerniq-workers-enrichment';
  const queues = SERVICES[service].filter((queue) => queue.startsWith(`silver:enrich:${source}-`));
  return { queues, service, health: { api: source } };
}
