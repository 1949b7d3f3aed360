import { defineConfig } from 'vitest/config';
import { LongestFirst } from './test/support/longest-first.ts';

const shared = { globalSetup: ['test/support/services/global-setup.ts'] };

const project = (name: string, include: readonly string[], more: object = {}) => ({
  test: { name, include: [...include], pool: 'forks' as const, testTimeout: 30_000, hookTimeout: 60_000, ...more },
});

export default defineConfig({
  test: {
    sequence: { sequencer: LongestFirst },
    // `isolate: false`: each worker loads once what its tests share. No module keeps anything, so there is nothing to isolate.
    projects: [
      // Projects with different numbers of workers run one after another; without an order Vitest runs none of them.
      project('unit', ['test/unit/**/*.test.ts', 'src/**/*.test.ts', 'remediations/**/*.test.ts'], {
        isolate: false,
        maxWorkers: 2,
        sequence: { groupOrder: 0 },
      }),
      project('integration', ['test/integration/**/*.test.ts'], {
        ...shared,
        isolate: false,
        maxWorkers: 2,
        testTimeout: 60_000,
        sequence: { groupOrder: 1 },
      }),
      project('e2e', ['test/e2e/**/*.test.ts'], {
        ...shared,
        isolate: false,
        maxWorkers: 2,
        testTimeout: 180_000,
        hookTimeout: 120_000,
        sequence: { groupOrder: 2 },
      }),
    ],
  },
});
