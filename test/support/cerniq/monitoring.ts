import { readFile } from 'node:fs/promises';
import { parse, stringify } from 'yaml';
import { parseDuration } from '../../../src/domain/duration.ts';
import type { Cerniq } from './cerniq.ts';
import { SERVICES } from './names.ts';

const RULES = new URL('../../../config/prometheus/rules/etapa1.yml', import.meta.url);

/** The shipped alert rules, as they are. */
export async function shippedRules(): Promise<string> {
  return await readFile(RULES, 'utf8');
}

interface Rules {
  readonly groups: readonly {
    readonly name: string;
    readonly rules: readonly { readonly alert: string; readonly expr: string; readonly for?: string }[];
  }[];
}

/**
 * The same rules with every wait and every look back this many times shorter, for a test that cannot wait half an hour.
 * Looks back keep at least `rangeAtLeast` milliseconds, since a rate needs two samples; four times the scrape interval
 * is a good choice.
 */
export function shortenRules(
  rules: string,
  options: { readonly factor: number; readonly rangeAtLeast: number },
): string {
  const shorter = (duration: string, atLeast: number) =>
    `${Math.max(Math.round(parseDuration(duration) / options.factor), atLeast)}ms`;
  const { groups } = parse(rules) as Rules;
  return stringify({
    groups: groups.map((group) => ({
      ...group,
      rules: group.rules.map((rule) => ({
        ...rule,
        expr: rule.expr.replaceAll(/\[(\w+)\]/g, (_, range: string) => `[${shorter(range, options.rangeAtLeast)}]`),
        ...(rule.for === undefined ? {} : { for: shorter(rule.for, 0) }),
      })),
    })),
  });
}

/** A Prometheus configuration that watches this world, with rules from a file `rules.yml` beside it. */
export function prometheusConfig(
  cerniq: Pick<Cerniq, 'url'>,
  options: { readonly interval: string; readonly alertmanagers: readonly string[] },
): object {
  const { interval } = options;
  const target = new URL(cerniq.url).host;
  const workers = Object.keys(SERVICES).map((service) => ({
    targets: [target],
    labels: { __metrics_path__: `/metrics/workers/${service}`, service, instance: service },
  }));
  return {
    global: { scrape_interval: interval, scrape_timeout: interval, evaluation_interval: interval },
    rule_files: ['rules.yml'],
    scrape_configs: [
      { job_name: 'cerniq', static_configs: [{ targets: [target] }] },
      { job_name: 'cerniq-workers', static_configs: workers },
    ],
    alerting: {
      alertmanagers: [{ static_configs: [{ targets: options.alertmanagers.map((url) => new URL(url).host) }] }],
    },
  };
}
