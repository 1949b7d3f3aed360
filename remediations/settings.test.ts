import { expect, test } from 'vitest';
import { servingService, settingsSchema } from './settings.ts';

const parse = (settings: object) => settingsSchema.safeParse(settings);
const faults = (settings: object) =>
  parse(settings).error?.issues.map(({ path, message }) => `${path.join('.')}: ${message}`) ?? [];

test('nothing at all is a complete set of settings', () => {
  expect(parse({}).data).toMatchObject({
    phones: { queue_prefix: 'q:wa:', online_within: 300_000 },
    queues: { backlog: 1_000, stuck_after: 300_000 },
    protected_services: ['postgres', 'redis'],
    reviews: { next_level_after: 7_200_000, due_within: { urgent: 3_600_000, low: 86_400_000 } },
  });
});

test('a range of queues stands for each of them', () => {
  const settings = settingsSchema.parse({
    services: { 'workers-outreach': { queues: ['outreach:orchestrator:dispatch', 'q:wa:phone_{01..20}'] } },
  });
  expect(settings.services['workers-outreach']?.queues).toHaveLength(21);
  expect(servingService(settings, 'q:wa:phone_07')?.name).toBe('workers-outreach');
  expect(servingService(settings, 'q:wa:phone_20')?.name).toBe('workers-outreach');
  expect(servingService(settings, 'q:wa:phone_21')).toBeNull();
});

test.each([
  ['a key that nobody reads', { phone: {} }, 'Unrecognized key'],
  ['a duration without a unit', { queues: { stuck_after: '300' } }, 'queues.stuck_after: expected a duration'],
  ['a ladder of two steps', { reviews: { ladder: { high: ['manager', 'manager'] } } }, 'reviews.ladder.high'],
  ['somebody without an id', { reviews: { managers: ['Maria'] } }, 'reviews.managers.0'],
  ['a source without workers', { enrichment: { sources: { anaf: { queues: [] } } } }, 'enrichment.sources.anaf'],
])('refuses %s', (_, settings, said) => {
  expect(faults(settings).join('\n')).toContain(said);
});
