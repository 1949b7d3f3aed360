import { defineConfig } from 'vitest/config';

const shared = { globalSetup: ['test/support/services/global-setup.ts'] };

const project = (name: string, include: readonly string[], more: object = {}) => ({
  test: { name, include: [...include], pool: 'forks' as const, testTimeout: 30_000, hookTimeout: 60_000, ...more },
});

export default defineConfig({
  test: {
    projects: [
      project('unit', ['test/unit/**/*.test.ts', 'src/**/*.test.ts', 'remediations/**/*.test.ts']),
      project('integration', ['test/integration/**/*.test.ts'], { ...shared, maxWorkers: 2, testTimeout: 60_000 }),
      project('e2e', ['test/e2e/**/*.test.ts'], {
        ...shared,
        maxWorkers: 1,
        testTimeout: 180_000,
        hookTimeout: 120_000,
      }),
    ],
  },
});
