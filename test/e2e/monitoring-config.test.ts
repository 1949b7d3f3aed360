import { execFile } from 'node:child_process';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { ensure } from '../../scripts/ensure.ts';

/** The shipped configurations, judged by the programs that read them. */

test('Prometheus takes its configuration and every rule', async () => {
  const { prometheus } = await ensure(['prometheus'], () => undefined);
  const promtool = join(dirname(prometheus), 'promtool');
  const { stdout } = await promisify(execFile)(promtool, ['check', 'config', 'config/prometheus/prometheus.yml']);
  expect(stdout).toContain('is valid prometheus config file syntax');
  expect(stdout).not.toContain('FAILED');
});

test('Alertmanager takes its configuration, and sends everything to remedyd', async () => {
  const { 'prometheus-alertmanager': alertmanager } = await ensure(['prometheus-alertmanager'], () => undefined);
  const amtool = join(dirname(alertmanager), 'amtool');
  const config = '--config.file=config/alertmanager/alertmanager.yml';
  const route = async (...labels: readonly string[]) =>
    (await promisify(execFile)(amtool, ['config', 'routes', 'test', config, ...labels])).stdout.trim();
  expect(await route('alertname=EnrichmentStalled', 'severity=critical')).toBe('remedyd');
  expect(await route('alertname=Watchdog', 'severity=none')).toBe('remedyd');
  expect(await route('alertname=SomethingNew')).toBe('remedyd');
});
