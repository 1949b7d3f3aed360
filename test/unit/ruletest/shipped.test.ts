import { expect, test } from 'vitest';
import { loadCandidate } from '../../../src/candidate.ts';
import { formatFaults } from '../../../src/config/faults.ts';
import { settingsOf } from '../../../src/engine/settings.ts';
import { printFailure } from '../../../src/ruletest/print.ts';
import { runAll } from '../../../src/ruletest/run-all.ts';

test('the rules do what their tests say, and each has one', async () => {
  const candidate = await loadCandidate({ configFile: 'config/remedyd.yaml', env: {} });
  if ('faults' in candidate) throw new Error(formatFaults(candidate.faults));
  const { faults, results, untested } = await runAll(
    candidate.rulesDir,
    { ...candidate, settings: settingsOf(candidate.config) },
    null,
  );
  expect(formatFaults(faults)).toBe('');
  expect(results.filter(({ missed }) => missed.length > 0).map(printFailure)).toEqual([]);
  expect(untested).toEqual([]);
});
