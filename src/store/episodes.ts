import type { Labels, Source } from '../domain/alert.ts';
import type { Time } from '../domain/time.ts';
import { type Column, encode, insertMany, type Sql } from './sql.ts';

/** One continuous firing of one alert. */
export interface Episode {
  /** Null until it is stored. */
  readonly id: number | null;
  readonly source: Source;
  readonly fingerprint: string;
  readonly status: 'firing' | 'resolved';
  readonly name: string;
  readonly labels: Labels;
  readonly annotations: Labels;
  readonly generatorUrl: string | null;
  readonly test: string | null;
  readonly startsAt: Time | null;
  readonly endsAt: Time | null;
  readonly openedAt: Time;
  readonly seenAt: Time;
  readonly closedAt: Time | null;
  /** Counted at most once every few seconds, so at least so many. */
  readonly deliveries: number;
  readonly incidentId: string | null;
}

export interface Identity {
  readonly source: Source;
  readonly fingerprint: string;
}

const COLUMNS = `id, source, fingerprint, status, name, labels, annotations, generator_url as "generatorUrl", test,
  starts_at as "startsAt", ends_at as "endsAt", opened_at as "openedAt", seen_at as "seenAt", closed_at as "closedAt",
  deliveries, incident_id as "incidentId"`;

/** What is needed to see that a delivery only repeats what we hold. */
export type EpisodeGlance = Identity & Pick<Episode, 'status' | 'startsAt' | 'seenAt'>;

/** The current episode of each identity at a glance, not locked and without its labels. */
export async function glanceAtCurrent(sql: Sql, identities: readonly Identity[]): Promise<EpisodeGlance[]> {
  if (identities.length === 0) return [];
  return sql.query<EpisodeGlance>(
    `select e.source, e.fingerprint, e.status, e.starts_at as "startsAt", e.seen_at as "seenAt"
     from unnest($1::text[], $2::text[]) as i(source, fingerprint)
     join remedyd.episodes e on e.source = i.source and e.fingerprint = i.fingerprint and e.current`,
    [identities.map((i) => i.source), identities.map((i) => i.fingerprint)],
    'glance-at-episodes',
  );
}

/** The current episode of each identity, locked in one order so that two ingesting replicas cannot wait for each other. */
export async function lockCurrent(sql: Sql, identities: readonly Identity[]): Promise<Episode[]> {
  return sql.query<Episode>(
    `select ${COLUMNS} from remedyd.episodes
     where (source, fingerprint) in (select * from unnest($1::text[], $2::text[])) and current
     order by source, fingerprint for update`,
    [identities.map((i) => i.source), identities.map((i) => i.fingerprint)],
    'lock-current-episodes',
  );
}

/** Stores new episodes, as the current ones of their identities or as past ones. Those that they follow are retired first. */
export async function insertEpisodes(sql: Sql, episodes: readonly Episode[], isCurrent: boolean): Promise<void> {
  if (episodes.length === 0) return;
  const current: Column = { name: 'current', type: 'boolean', values: episodes.map(() => isCurrent) };
  await insertMany(sql, 'episodes', [...identityOf(episodes), current, ...stateOf(episodes)]);
}

/** Stores the state of known episodes. */
export async function updateEpisodes(sql: Sql, episodes: readonly Episode[]): Promise<void> {
  if (episodes.length === 0) return;
  const columns = [{ name: 'id', type: 'bigint', values: episodes.map((e) => e.id) } as const, ...stateOf(episodes)];
  const names = columns.map((c) => c.name).join(', ');
  const sets = columns.slice(1).map((c) => `${c.name} = n.${c.name}${c.type === 'jsonb' ? '::jsonb' : ''}`);
  const arrays = columns.map((c, i) => `$${i + 1}::${c.type === 'jsonb' ? 'text' : c.type}[]`).join(', ');
  await sql.run(
    `update remedyd.episodes e set ${sets.join(', ')} from unnest(${arrays}) as n(${names}) where e.id = n.id`,
    columns.map(encode),
    'update-episodes',
  );
}

/** Makes room for the next episode of the same identity. */
export async function retireEpisodes(sql: Sql, ids: readonly number[]): Promise<void> {
  if (ids.length > 0)
    await sql.run('update remedyd.episodes set current = false where id = any($1)', [ids], 'retire-episodes');
}

/** All episodes of these incidents, firing ones first, then by age. */
export async function episodesOf(sql: Sql, incidentIds: readonly string[]): Promise<Episode[]> {
  return sql.query<Episode>(
    `select ${COLUMNS} from remedyd.episodes where incident_id = any($1) order by status, opened_at, id`,
    [incidentIds],
    'episodes-of',
  );
}

/** How many episodes of each incident fire. */
export async function firingCounts(sql: Sql, incidentIds: readonly string[]): Promise<Map<string, number>> {
  if (incidentIds.length === 0) return new Map();
  const rows = await sql.query<{ id: string; firing: number }>(
    `select incident_id as id, count(*) as firing from remedyd.episodes
     where incident_id = any($1) and status = 'firing' group by 1`,
    [incidentIds],
    'firing-counts',
  );
  return new Map(rows.map((row) => [row.id, row.firing]));
}

/** Every firing alert of a source, for what must survive a restart. */
export async function firingOf(sql: Sql, source: Source): Promise<Episode[]> {
  return sql.query<Episode>(
    `select ${COLUMNS} from remedyd.episodes where source = $1 and current and status = 'firing'`,
    [source],
  );
}

function identityOf(episodes: readonly Episode[]): Column[] {
  return [
    { name: 'source', type: 'text', values: episodes.map((e) => e.source) },
    { name: 'fingerprint', type: 'text', values: episodes.map((e) => e.fingerprint) },
    { name: 'opened_at', type: 'timestamptz', values: episodes.map((e) => e.openedAt) },
    { name: 'test', type: 'text', values: episodes.map((e) => e.test) },
  ];
}

function stateOf(episodes: readonly Episode[]): Column[] {
  return [
    { name: 'status', type: 'text', values: episodes.map((e) => e.status) },
    { name: 'name', type: 'text', values: episodes.map((e) => e.name) },
    { name: 'labels', type: 'jsonb', values: episodes.map((e) => e.labels) },
    { name: 'annotations', type: 'jsonb', values: episodes.map((e) => e.annotations) },
    { name: 'generator_url', type: 'text', values: episodes.map((e) => e.generatorUrl) },
    { name: 'starts_at', type: 'timestamptz', values: episodes.map((e) => e.startsAt) },
    { name: 'ends_at', type: 'timestamptz', values: episodes.map((e) => e.endsAt) },
    { name: 'seen_at', type: 'timestamptz', values: episodes.map((e) => e.seenAt) },
    { name: 'closed_at', type: 'timestamptz', values: episodes.map((e) => e.closedAt) },
    { name: 'deliveries', type: 'integer', values: episodes.map((e) => e.deliveries) },
    { name: 'incident_id', type: 'text', values: episodes.map((e) => e.incidentId) },
  ];
}
