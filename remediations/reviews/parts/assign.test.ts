import { expect, test } from 'vitest';
import { settingsSchema } from '../../settings.ts';
import { assign } from './assign.ts';
import type { Overdue } from './tables.ts';

const person = (n: number) => `05e00000-0000-4000-8000-${String(n).padStart(12, '0')}`;
const [MANAGER, LEAD, ANA, BOB] = [person(1), person(2), person(11), person(12)];

const { reviews } = settingsSchema.parse({
  reviews: { managers: [MANAGER], team_leads: [LEAD], agents: [ANA, BOB] },
});

const task = (priority: string, level = 0, assignedTo: string | null = null, id = priority): Overdue => ({
  id,
  priority,
  level,
  assignedTo,
  overdueSeconds: 60,
});

test.each([
  ['urgent', 0, MANAGER],
  ['critical', 0, MANAGER],
  ['urgent', 1, MANAGER],
  ['high', 0, LEAD],
  ['high', 1, MANAGER],
  ['medium', 0, ANA],
  ['medium', 1, LEAD],
  ['low', 2, MANAGER],
  ['whatever', 0, ANA],
])('a task of priority %s at level %i goes to the right person', (priority, level, to) => {
  expect(assign([task(priority, level)], reviews, new Map()).escalations).toMatchObject([{ level: level + 1, to }]);
});

test('of several people the least loaded gets it, counting what the plan itself gives away', () => {
  const tasks = ['a', 'b', 'c'].map((id) => task('low', 0, null, id));
  const { escalations } = assign(
    tasks,
    reviews,
    new Map([
      [ANA, 3],
      [BOB, 2],
    ]),
  );
  expect(escalations.map(({ to }) => to)).toEqual([BOB, ANA, BOB]);
});

test('whoever let it lie does not get it again while there is somebody else', () => {
  expect(assign([task('low', 0, BOB)], reviews, new Map([[ANA, 9]])).escalations[0]?.to).toBe(ANA);
  expect(assign([task('urgent', 1, MANAGER)], reviews, new Map()).escalations[0]?.to).toBe(MANAGER);
});

test('what nobody can get is said, not dropped', () => {
  const nobody = settingsSchema.parse({ reviews: { agents: [ANA] } }).reviews;
  const { escalations, unassignable } = assign([task('urgent'), task('low')], nobody, new Map());
  expect(escalations.map(({ id }) => id)).toEqual(['low']);
  expect(unassignable.map(({ id }) => id)).toEqual(['urgent']);
});
