-- Earlier episodes of an alert (worse). Only an alert that fires again pays for it.
create index episodes_past on remedyd.episodes (source, fingerprint, opened_at) where not current;

-- When the trouble that a held run had healed came back; null while it has not. Such a run is no success any more.
alter table remedyd.runs add column recurred_at timestamptz;

-- A rule that acted by itself and asks since, because a breaker of it broke. It stands until a person lifts it.
create table remedyd.demotions (
  id text primary key,
  rule text not null,
  since timestamptz not null,
  why text not null,
  lifted_at timestamptz,
  lifted_by text,
  lifted_why text
);
create unique index demotions_standing on remedyd.demotions (rule) where lifted_at is null;
create index demotions_lifted on remedyd.demotions (rule, lifted_at);

-- What the team was told, so that it is not told the same again every hour.
create table remedyd.team_notes (
  kind text not null,
  key text not null,
  noted_at timestamptz not null,
  primary key (kind, key)
);
