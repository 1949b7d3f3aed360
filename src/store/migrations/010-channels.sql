-- The breaker of a channel, shared by all replicas: how often in a row it did not take what it was given, since when it
-- is left alone, and when one message may try it again. `turn_until`: who sends there now, where one at a time is allowed.
alter table remedyd.channels
  add column misses integer not null default 0,
  add column opened_at timestamptz,
  add column probe_at timestamptz,
  add column turn_until timestamptz;

-- Pages that no channel has taken yet. Whoever is in here longer than a moment is loud in /readyz.
create table remedyd.unheard (
  incident_id text primary key,
  since timestamptz not null,
  why text not null
);
