import type { Alert } from '../domain/alert.ts';
import { formatDuration } from '../domain/duration.ts';
import { GATHERINGS, type Gathering } from '../domain/gathering.ts';
import { type OwnAlert, ownFiring, ownResolved } from '../domain/own-alert.ts';
import type { Severity } from '../domain/severity.ts';
import type { Clock, Millis, Time } from '../domain/time.ts';
import type { Rule } from '../rules/rule.ts';
import type { Rulebook } from '../rules/rulebook.ts';
import { type OpenOfRule, openOfRules, unheardOfRules } from '../store/covers.ts';
import { type Episode, firingOf } from '../store/episodes.ts';
import { openingsOf } from '../store/guard-facts.ts';
import type { Sql } from '../store/sql.ts';
import { MEMORY, MOST_OPENINGS, openingsByRule } from './facts.ts';
import { stormNow } from './guards/storm.ts';

export interface GatherParts {
  readonly db: Sql;
  readonly clock: Clock;
  rulebook(): Rulebook;
  tellOwn(alerts: readonly Alert[]): Promise<void>;
}

/** How often the numbers of one that goes on are told anew, where they have changed. */
const RENEW: Millis = 30_000;

/** How long nothing may wait for a common cause before it counts as over; a guardrail that is asked in between may say yes once. */
const QUIET: Millis = 120_000;

/**
 * What is the trouble of many becomes one alert of the daemon's own: it opens one incident, which pages once. It is found in
 * the stored state, turn by turn, so nothing is lost with a process that dies.
 */
export function createGatherer(parts: GatherParts): { turn(): Promise<void> } {
  const { db, clock } = parts;
  const lastSeen = new Map<string, Time>();

  return {
    async turn() {
      const now = clock.now();
      const standing = (await firingOf(db, 'remedyd')).filter(({ name }) => GATHERINGS.includes(name as Gathering));
      const told = standing.filter(({ name }) => name === 'RuleStorm').map(({ labels }) => labels.rule ?? '');
      const wanted = [...(await storms(db, parts.rulebook(), new Set(told), now)), ...(await heldTogether(db))];
      const byKey = new Map(wanted.map((own) => [fingerprintOf(own), own]));
      for (const key of byKey.keys()) lastSeen.set(key, now);
      const known = new Map(standing.map((episode) => [episode.fingerprint, episode]));
      const firing = [...byKey]
        .filter(([key, own]) => isNews(known.get(key), own, now))
        .map(([, own]) => ownFiring(own, now));
      const over = standing.filter(({ fingerprint, name }) => {
        if (byKey.has(fingerprint)) return false;
        // A storm has its calm behind it already. A replica that has just taken over waits as if it had seen it.
        if (name === 'RuleStorm') return true;
        const seen = lastSeen.get(fingerprint) ?? now;
        lastSeen.set(fingerprint, seen);
        return now - seen >= QUIET;
      });
      for (const { fingerprint } of over) lastSeen.delete(fingerprint);
      await parts.tellOwn([...firing, ...over.map((episode) => ownResolved(asOwn(episode), now))]);
    },
  };
}

function fingerprintOf(own: OwnAlert): string {
  return ownFiring(own, 0).fingerprint;
}

function isNews(episode: Episode | undefined, own: OwnAlert, now: Time): boolean {
  if (episode === undefined) return true;
  return episode.annotations.summary !== own.summary && now - episode.seenAt >= RENEW;
}

function asOwn({ name, fingerprint, labels, annotations }: Episode): OwnAlert {
  const severity = (labels.severity ?? 'high') as Severity;
  return { key: fingerprint.slice(name.length + 1), name, severity, labels, summary: annotations.summary ?? '' };
}

/**
 * Rules with a storm that goes on, and those whose storm has calmed down but has left more waiting than a storm takes: they are
 * worked on again, a few at a time, and their deadlines would page one by one for what a person has been told already.
 *
 * @param standing rules whose storm is told at the moment
 */
async function storms(db: Sql, rulebook: Rulebook, standing: ReadonlySet<string>, now: Time): Promise<OwnAlert[]> {
  const stormy = rulebook.rules.filter(({ guards }) => guards.storm !== null);
  const names = stormy.map(({ name }) => name);
  const openings = openingsByRule(names, await openingsOf(db, names, now - MEMORY, MOST_OPENINGS + 1));
  const goesOn = ({ name, guards }: Rule) => {
    const known = openings.get(name);
    return known !== undefined && guards.storm !== null && stormNow(known, guards.storm, now) !== null;
  };
  const waiting = await unheardOfRules(
    db,
    names.filter((name) => standing.has(name)),
  );
  const broken = stormy.filter(
    (rule) => goesOn(rule) || (waiting.get(rule.name) ?? 0) > (rule.guards.storm?.firing ?? 0),
  );
  const open = await openOfRules(
    db,
    broken.map(({ name }) => name),
    null,
  );
  return broken.map((rule) =>
    stormAlert(
      rule,
      goesOn(rule),
      open.find((one) => one.rule === rule.name),
    ),
  );
}

function stormAlert({ name, severity, guards }: Rule, goesOn: boolean, open: OpenOfRule | undefined): OwnAlert {
  const { firing = 0, within = 0, calm = 0 } = guards.storm ?? {};
  const what = goesOn
    ? `The rule '${name}' opened more than ${firing} incidents within ${formatDuration(within)}: ${count(open)}. ` +
      `Nothing of it starts until it has opened none for ${formatDuration(calm)}; this page stands for all of them.`
    : `The storm of the rule '${name}' has been calm for ${formatDuration(calm)}, and what still fires is worked on again: ` +
      `${count(open)}. This page stands for all that wait until no more than ${firing} do.`;
  const given = [severity, ...(open?.severities ?? [])];
  return own('RuleStorm', name, name, given.includes('critical') ? 'critical' : 'high', what);
}

/** What waits because it is sick together, or because we cannot see. */
async function heldTogether(db: Sql): Promise<OwnAlert[]> {
  const common = (await openOfRules(db, null, 'common-cause')).map((open) => {
    const summary =
      `What the rule '${open.rule}' acts on is sick in too many places at once for it to be the trouble of each: ` +
      `${count(open)}. Nothing more of it starts; look for what they have in common. This page stands for all of them.`;
    return own('CommonCause', open.rule, open.rule, worst([open]), summary);
  });
  const blind = await openOfRules(db, null, 'isolated');
  if (blind.length === 0) return common;
  const summary =
    `remedyd cannot reach its surroundings, so what it sees may be its own trouble, and it starts nothing for the rules ` +
    `${blind
      .map(({ rule, count: n }) => `${rule} (${n})`)
      .slice(0, 10)
      .join(', ')}. Look at its host and network first.`;
  return [...common, own('SelfIsolated', 'remedyd', null, worst(blind), summary)];
}

function own(name: Gathering, key: string, rule: string | null, severity: Severity, summary: string): OwnAlert {
  const kind = { RuleStorm: 'storm', CommonCause: 'common-cause', SelfIsolated: 'service' }[name];
  const labels = { ...(rule === null ? {} : { rule }), target_kind: kind, target_id: key };
  return { key, name, severity, labels, summary };
}

function worst(open: readonly OpenOfRule[]): Severity {
  return open.some(({ severities }) => severities.includes('critical')) ? 'critical' : 'high';
}

function count(open: OpenOfRule | undefined): string {
  if (open === undefined) return 'none of them fires now';
  const more = open.count - open.targets.length;
  return `${open.count} fire now, on ${open.targets.join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
}
