import { expect, test } from 'vitest';
import { loadRemediations } from '../../../src/remediation/registry.ts';
import { loadRulebook } from '../../../src/rules/load.ts';
import purgeCache from '../../fixtures/example/remediations/websites/purge-cache.ts';
import { crashEverywhere, rehearse } from '../../support/rehearse.ts';
import { smallApi } from '../../support/small-world/api.ts';
import { codeBlock, pathOf, textOf } from './files.ts';

const FOLDER = 'test/fixtures/example';
const page = await textOf('docs/writing-a-remediation.md');
const params = { site: 'shop.example' };

test('the remediation on the page is the one that is tested here', async () => {
  const file = await textOf(`${FOLDER}/remediations/websites/purge-cache.ts`);
  const placed = file.replace('../../../../../src/', '../../src/').trimEnd();
  expect(codeBlock(page, '## The whole of it', 'ts')).toBe(placed);
});

test('the rule on the page is the one that is tested here', async () => {
  const file = await textOf(`${FOLDER}/rules/websites.yaml`);
  expect(codeBlock(page, '## The rule that uses it', 'yaml')).toBe(file.trimEnd());
});

test('both load, and the rule fits the remediation', async () => {
  const remediations = await loadRemediations(pathOf(`${FOLDER}/remediations`));
  expect([...remediations.keys()]).toEqual(['websites/purge-cache']);
  const loaded = await loadRulebook(pathOf(`${FOLDER}/rules`), remediations, []);
  expect(loaded).toMatchObject({ rulebook: { rules: [{ name: 'stale-pages' }] } });
});

/** One site with a cache: just enough world to be purged in. */
function world({ stale = 7, locked = false } = {}) {
  const cache = { generation: 1, stale };
  const cdn = smallApi(({ method }) => {
    if (method === 'GET') return [200, { ...cache }];
    if (locked) return [423, { error: 'locked' }];
    cache.generation += 1;
    cache.stale = 0;
    return [202, {}];
  });
  return { cache, acts: cdn.acts, tools: { api: () => cdn.tool } };
}

test('it purges once, wherever the daemon dies', async () => {
  const { calm, different } = await crashEverywhere(async (crash) => {
    const { cache, tools } = world();
    const rehearsal = await rehearse(purgeCache, { params, tools, ...(crash === undefined ? {} : { crash }) });
    return { rehearsal, world: { ...cache, outcome: rehearsal.outcome } };
  });
  expect(calm).toEqual({ generation: 2, stale: 0, outcome: { kind: 'applied' } });
  expect(different).toEqual([]);
});

test('it leaves a fresh cache alone, and a locked one to a person', async () => {
  const fresh = await rehearse(purgeCache, { params, tools: world({ stale: 0 }).tools });
  expect(fresh.outcome).toMatchObject({ kind: 'noop' });
  const locked = await rehearse(purgeCache, { params, tools: world({ locked: true }).tools });
  expect(locked.outcome).toMatchObject({ kind: 'handed-over', why: expect.stringContaining('unlock it') });
});
