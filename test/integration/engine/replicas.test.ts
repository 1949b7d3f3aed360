import { setTimeout as pause } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { type Engine, MEND, rule, startEngine } from './engine.ts';

/** How many acts were under way on one thing at once, at most, as the world itself saw it. */
function watchOverlap(engine: Engine) {
  const under = new Map<string, number>();
  const most = { onOne: 0, atAll: 0 };
  engine.toy.onMend = async (id, thing) => {
    under.set(id, (under.get(id) ?? 0) + 1);
    most.onOne = Math.max(most.onOne, under.get(id) ?? 0);
    most.atAll = Math.max(
      most.atAll,
      [...under.values()].reduce((a, b) => a + b, 0),
    );
    // Mending takes its time, as in the real world; without it nothing could overlap.
    await pause(20);
    under.set(id, (under.get(id) ?? 0) - 1);
    thing.healthy = true;
    return 200;
  };
  return most;
}

/** Runs that hold a place right now, in the service, of the busiest rule and on the busiest target. */
async function places(engine: Engine) {
  const [row] = await engine.daemon.db.query<{ all: number; rule: number; target: number }>(
    `with r as (select * from remedyd.runs where ended_at is null and not dry)
     select (select count(*) from r) as all, (select max(n) from (select count(*) as n from r group by rule) x) as rule,
       (select max(n) from (select count(*) as n from r group by target_kind, target_id) y) as target`,
  );
  return { all: row?.all ?? 0, rule: row?.rule ?? 0, target: row?.target ?? 0 };
}

test('P3, P5: two replicas, 300 alerts on 40 targets: one run per target, and the limits hold', async () => {
  await using engine = await startEngine({
    rules: `rules:
${rule('one', 'thing:broken', MEND, 'guards: { cooldown: 0s, budget: { runs: 2, per: 1h }, concurrency: 6 }')}
${rule('two', 'thing:cracked', MEND, 'guards: { cooldown: 0s, budget: { runs: 2, per: 1h }, concurrency: 6 }')}`,
    config: { guards: { backoff: [], runs_at_once: 9, runs_per_hour: 10_000 }, verify: { resolve_within: '10m' } },
    alone: true,
  });
  const { daemon } = engine;
  const replicas = [daemon, await engine.another()];
  const most = watchOverlap(engine);
  const things = Array.from({ length: 40 }, (_, i) => `t${i}`);
  const alerts = Array.from({ length: 300 }, (_, i) => ({
    name: i % 2 === 0 ? 'thing:broken' : 'thing:cracked',
    labels: { thing: things[i % 40] ?? '', seen_by: String(i) },
    severity: 'HIGH',
  }));
  // The same problem in one webhook and in another, at both replicas at once.
  const parts = Array.from({ length: 30 }, (_, i) => alerts.slice(i * 10, i * 10 + 10));
  const answers = await Promise.all(
    parts.flatMap((part, i) => {
      const events = part.map((alert) => ({ ...alert, status: 'firing' as const }));
      return [replicas[i % 2]?.event(events), replicas[(i + 1) % 2]?.event(events)];
    }),
  );
  expect(answers.map((answer) => answer?.status)).toEqual(answers.map(() => 200));
  // A thing that was mended is resolved at once, so that its place becomes free.
  const resolved = new Set<string>();
  const seen = { all: 0, rule: 0, target: 0 };
  await daemon.until(
    'everything has ended',
    async () => {
      const { all, rule: ofRule, target } = await places(engine);
      seen.all = Math.max(seen.all, all);
      seen.rule = Math.max(seen.rule, ofRule);
      seen.target = Math.max(seen.target, target);
      const mended = things.filter((id) => !resolved.has(id) && engine.toy.thing(id).healthy);
      const over = alerts.filter(({ labels }) => mended.includes(labels.thing));
      if (over.length > 0) await daemon.event(over.map((alert) => ({ ...alert, status: 'resolved' as const })));
      for (const id of mended) resolved.add(id);
      return resolved.size === things.length && (await daemon.incidents('state=open')).length === 0;
    },
    60_000,
  );
  expect(most.onOne).toBe(1);
  expect(most.atAll).toBeLessThanOrEqual(9);
  expect(seen.all).toBeLessThanOrEqual(9);
  expect(seen.rule).toBeLessThanOrEqual(6);
  expect(seen.target).toBe(1);
  expect(await openTwice(engine)).toEqual([]);
  const incidents = await daemon.incidents();
  expect(incidents.every(({ state }) => state === 'healed' || state === 'closed')).toBe(true);
  // Each thing was mended once, whatever two rules and 300 alerts wanted.
  expect(things.map((id) => engine.toy.thing(id).mended)).toEqual(things.map(() => 1));
}, 120_000);

/** Rules and targets that ever had two incidents open at once. */
async function openTwice(engine: Engine) {
  return engine.daemon.db.query(
    `select a.id, b.id as other from remedyd.incidents a join remedyd.incidents b
       on a.rule = b.rule and a.target_id = b.target_id and a.id < b.id
     where tstzrange(a.opened_at, a.ended_at) && tstzrange(b.opened_at, b.ended_at)`,
  );
}

test('P3: a run that is handed over twice is carried out once', async () => {
  await using engine = await startEngine({ alone: true });
  const { daemon, toy } = engine;
  const { promise: signed, resolve: goOn } = Promise.withResolvers<void>();
  const { promise: signing, resolve: begun } = Promise.withResolvers<void>();
  toy.onChange = async (_id, what) => {
    if (what !== 'sign') return;
    begun();
    await signed;
  };
  await daemon.event({ name: 'thing:unsigned', status: 'firing', labels: { thing: 'deed' } });
  await signing;
  for (const handed of [2, 3, 4]) {
    await daemon.db.run(`update remedyd.outbox set queued_until = null where kind = 'execute'`);
    await daemon.until(`hand-over ${handed}`, async () => {
      const [row] = await daemon.db.query<{ handed: number }>(
        `select handed from remedyd.outbox where kind = 'execute'`,
      );
      return (row?.handed ?? 0) >= handed;
    });
  }
  goOn();
  const verifying = await daemon.untilState('thing:deed', ['verifying', 'escalated']);
  expect(verifying).toMatchObject({ state: 'verifying', runs: [{ outcome: 'applied' }] });
  expect(toy.thing('deed')).toMatchObject({ signed: 1, mended: 1 });
});
