import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { type DecideParts, decideBatch } from '../../../src/decide/stage.ts';
import { type Opening, openIncident } from '../../../src/ingest/opening.ts';
import type { Guards, Rule } from '../../../src/rules/rule.ts';
import { createRulebook } from '../../../src/rules/rulebook.ts';
import { insertEpisodes } from '../../../src/store/episodes.ts';
import { record } from '../../../src/store/record.ts';
import { episodeOf, MINUTE } from '../../unit/decide/bench.ts';
import { type Deciding, NOW, openDeciding } from './deciding.ts';

const ROUNDS = 1_000;
const MANY = 1_000_000;
const HOUR = 60 * MINUTE;
const LONG = 10 * MINUTE;

let deciding: Deciding;
let replicas: readonly [DecideParts, DecideParts];
const limits = { runs_at_once: MANY, runs_per_hour: MANY, backoff: [] as number[] };
let rulebook = createRulebook([]);

beforeAll(async () => {
  deciding = await openDeciding();
  const on = (parts: DecideParts): DecideParts => ({ ...parts, limits, rulebook: () => rulebook });
  replicas = [on(deciding.parts), on(deciding.another())];
});
beforeEach(async () => {
  await deciding.clear();
  Object.assign(limits, { runs_at_once: MANY, runs_per_hour: MANY, backoff: [] });
});
afterAll(() => deciding[Symbol.asyncDispose]());

/** Two that want the last place that one guardrail has left in a round, and what is told to the one who does not get it. */
interface Contest {
  readonly guards: Partial<Guards>;
  /** Both would act on the same thing. */
  readonly oneThing: boolean;
  /** Each round has a rule of its own. */
  readonly ownRule?: true;
  readonly loser: string;
}

const ruleName = (contest: string, { ownRule }: Contest, round: number) =>
  ownRule === undefined ? contest : `${contest}-${round}`;

/** The toy's rule under these names, with these guardrails and no others that would hold anything. */
function rulesOf(contests: Readonly<Record<string, Contest>>): Rule[] {
  const free = { concurrency: MANY, cooldown: 0, budget: { runs: MANY, per: HOUR } };
  const { rule } = deciding.state;
  return Object.entries(contests).flatMap(([name, contest]) => {
    const rounds = contest.ownRule === undefined ? 1 : ROUNDS;
    const guards = { ...rule.guards, ...free, ...contest.guards };
    return Array.from({ length: rounds }, (_, round) => ({ ...rule, name: ruleName(name, contest, round), guards }));
  });
}

interface Wanting {
  /** `round contest who`. */
  readonly id: string;
  readonly rule: string;
  readonly thing: string;
}

function bothOf(round: number, name: string, contest: Contest): readonly [Wanting, Wanting] {
  const rule = ruleName(name, contest, round);
  const one = (who: 'a' | 'b'): Wanting => {
    return { id: `${round} ${name} ${who}`, rule, thing: `${name}-${round}${contest.oneThing ? '' : who}` };
  };
  return [one('a'), one('b')];
}

/** Opens an incident for each, about nothing that counts as sick; its row, to be decided, by its id. */
async function open(all: readonly Wanting[]): Promise<Map<string, number>> {
  const now = deciding.state.now;
  for (let from = 0; from < all.length; from += 500) {
    const some = all.slice(from, from + 500);
    const changes = some.map(({ id, rule }) => {
      const opening: Opening = { rule, target: { kind: 'alert', id }, severity: 'high', deadline: 900_000 };
      const after = openIncident(id, opening, null, now);
      return { before: null, after, entries: [], owed: [{ kind: 'decide', dueAt: now }] as const };
    });
    const episodes = some.map(({ id, thing }) =>
      episodeOf({ id: null, fingerprint: id, labels: { thing }, incidentId: id }),
    );
    await deciding.db.transaction(async (sql) => {
      await insertEpisodes(sql, episodes, true);
      await record(sql, changes, now);
    });
  }
  const rows = await deciding.db.query<{ id: number; incident: string }>(
    'select id, incident_id as incident from remedyd.outbox',
  );
  return new Map(rows.map(({ id, incident }) => [incident, id]));
}

/**
 * Two replicas, each with a pool of its own, decide the two of every contest at the same time, round after round. What
 * became of them, by contest: in how many rounds how many were admitted, and what they were told.
 */
async function race(
  contests: Readonly<Record<string, Contest>>,
  after: (round: number) => unknown,
): Promise<Record<string, Record<string, number>>> {
  const pairs = Array.from({ length: ROUNDS }, (_, round) =>
    Object.entries(contests).map(([name, contest]) => bothOf(round, name, contest)),
  );
  const rows = await open(pairs.flat(2));
  const rowOf = ({ id }: Wanting) => rows.get(id) ?? expect.unreachable(id);
  for (const [round, both] of pairs.entries()) {
    // Now the one and now the other begins.
    const [first, second] = round % 2 === 0 ? replicas : replicas.toReversed();
    await Promise.all([
      decideBatch(
        first as DecideParts,
        both.map(([a]) => rowOf(a)),
      ),
      decideBatch(
        second as DecideParts,
        both.map(([, b]) => rowOf(b)),
      ),
    ]);
    await after(round);
  }
  const said = await deciding.db.query<{ contest: string; said: string; n: number }>(
    `with each as (
       select split_part(i.id, ' ', 1) as round, split_part(i.id, ' ', 2) as contest, i.state || ' ' || i.reason as said,
         (select count(*) from remedyd.runs r where r.incident_id = i.id) as runs
       from remedyd.incidents i where i.id like '% %')
     select contest, said, count(*) as n from each group by 1, 2
     union all
     select contest, runs || ' admitted', count(*) from (select contest, sum(runs) as runs from each group by contest, round) r
       group by 1, 2`,
  );
  const byContest = Map.groupBy(said, ({ contest }) => contest);
  return Object.fromEntries(
    [...byContest].map(([contest, list]) => [contest, Object.fromEntries(list.map((one) => [one.said, one.n]))]),
  );
}

/** In every round one was admitted, and the other one was told why not. */
const oneEach = (contests: Readonly<Record<string, Contest>>) =>
  Object.fromEntries(
    Object.entries(contests).map(([name, { loser }]) => [
      name,
      { '1 admitted': ROUNDS, 'running admitted': ROUNDS, [loser]: ROUNDS },
    ]),
  );

test('P3, P5: a thousand times two replicas race for what a run holds while it lasts', { timeout: LONG }, async () => {
  const contests: Record<string, Contest> = {
    lease: { guards: {}, oneThing: true, loser: 'held target-leased' },
    concurrency: { guards: { concurrency: 1 }, oneThing: false, loser: 'held concurrency' },
    // Its own run, and one of each of the others.
    blast: { guards: { blastRadius: { max: 4, percent: null } }, oneThing: false, loser: 'held blast-radius' },
    service: { guards: {}, oneThing: false, loser: 'held global-concurrency' },
  };
  rulebook = createRulebook(rulesOf(contests));
  limits.runs_at_once = 4;
  const end = () =>
    deciding.db.run(`update remedyd.runs set ended_at = admitted_at, outcome = 'held' where ended_at is null`);
  expect(await race(contests, end)).toEqual(oneEach(contests));
});

test('P5: a thousand times two replicas race for the last run that the past allows', { timeout: LONG }, async () => {
  const contests: Record<string, Contest> = {
    cooldown: { guards: { cooldown: 10 * MINUTE }, oneThing: true, loser: 'held cooldown' },
    budget: { guards: { budget: { runs: 1, per: HOUR } }, oneThing: true, loser: 'held budget' },
    backoff: { guards: {}, oneThing: true, ownRule: true, loser: 'held backoff' },
    breaker: { guards: {}, oneThing: false, ownRule: true, loser: 'approving breaker-open' },
  };
  rulebook = createRulebook(rulesOf(contests));
  limits.backoff = [MINUTE];
  // A run is over the moment that it begins, so that the lease on its target decides nothing.
  await deciding.db.run(`create function remedyd.end_at_once() returns trigger language plpgsql as $$ begin
    new.ended_at := new.admitted_at;
    new.outcome := case when new.rule ~ '^(backoff|breaker)' then 'ineffective' else 'held' end;
    return new;
  end $$`);
  await deciding.db.run(`create trigger end_at_once before insert on remedyd.runs
    for each row execute function remedyd.end_at_once()`);
  // Two that did not help, and the third is raced for.
  await deciding.db.run(
    `insert into remedyd.runs (id, incident_id, rule, remediation, target_kind, target_id, params, attempt, dry, plan_hash,
       admitted_at) select 'run-' || n || '-' || k, '', 'breaker-' || n, 'things/mend', 'thing', 'old' || n, '{}', 0, false,
       '', $1 from generate_series(0, $2 - 1) n, generate_series(1, 2) k`,
    [new Date(NOW - 2 * HOUR), ROUNDS],
  );
  expect(await race(contests, () => undefined)).toEqual(oneEach(contests));
  await deciding.db.run('drop trigger end_at_once on remedyd.runs');
});

test('P5: a thousand times two replicas decide at once where a storm, a flapping target or a full hour may not go on', {
  timeout: LONG,
}, async () => {
  const still = { oneThing: false, ownRule: true } as const;
  const contests: Record<string, Contest> = {
    storm: { ...still, guards: { storm: { firing: 2, within: HOUR, calm: HOUR } }, loser: 'held storm' },
    steady: { ...still, guards: { flapping: { changes: 3, within: HOUR } }, loser: 'running admitted' },
    flapping: { ...still, guards: { flapping: { changes: 3, within: HOUR } }, loser: 'held flapping' },
    // Decided last: one of the two, and both of the steady ones.
    'the-hour': { guards: {}, oneThing: false, loser: 'held global-rate' },
  };
  rulebook = createRulebook(rulesOf(contests));
  // What was there before: one more opening for the storm, and as many comings and goings as may be, or one more.
  await before('storm', "'old' || k", "'escalated', 'deadline', null", 1);
  await before('steady', "n || ' steady a'", "'closed', 'cleared-by-itself', $1::timestamptz", 1);
  await before('steady', "n || ' steady b'", "'closed', 'cleared-by-itself', $1::timestamptz", 1);
  await before('flapping', "n || ' flapping a'", "'closed', 'cleared-by-itself', $1::timestamptz", 2);
  await before('flapping', "n || ' flapping b'", "'closed', 'cleared-by-itself', $1::timestamptz", 2);
  limits.runs_per_hour = 3;
  const end = () => {
    limits.runs_per_hour += 3;
    return deciding.db.run(`update remedyd.runs set ended_at = admitted_at, outcome = 'held' where ended_at is null`);
  };
  expect(await race(contests, end)).toEqual({
    'the-hour': { '1 admitted': ROUNDS, 'running admitted': ROUNDS, 'held global-rate': ROUNDS },
    storm: { '0 admitted': ROUNDS, 'held storm': 2 * ROUNDS },
    steady: { '2 admitted': ROUNDS, 'running admitted': 2 * ROUNDS },
    flapping: { '0 admitted': ROUNDS, 'held flapping': 2 * ROUNDS },
  });

  async function before(contest: string, target: string, state: string, times: number): Promise<void> {
    await deciding.db.run(
      `insert into remedyd.incidents (id, rule, target_kind, target_id, severity, state, reason, ended_at, opened_at,
         updated_at, pages_in_parallel, firing, attempt, tries, version, seq, head)
       select 'old-' || md5(n || $3 || k || ${target}), $3 || '-' || n, 'alert', ${target}, 'high', ${state}, $1, $1,
         false, false, 0, 0, 1, 0, '' from generate_series(0, $2 - 1) n, generate_series(1, $4) k`,
      [new Date(NOW - MINUTE), ROUNDS, contest, times],
    );
  }
});
