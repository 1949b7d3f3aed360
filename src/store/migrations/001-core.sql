-- The memory of remedyd. Times are the service's own clock, handed in; the database's now() decides nothing.

create table remedyd.webhooks (
  id text primary key,
  received_at timestamptz not null,
  source text not null,
  alerts integer not null,
  -- Why the body was no known payload; null for an accepted one.
  rejected text,
  note text,
  body text not null
);
-- Bodies are large, and Postgres' own default compression would be the slowest part of taking a webhook in.
do $$ begin
  alter table remedyd.webhooks alter column body set compression lz4;
exception when others then
  alter table remedyd.webhooks alter column body set storage external;
end $$;
create index webhooks_received on remedyd.webhooks using brin (received_at);
create index webhooks_rejected on remedyd.webhooks (received_at) where rejected is not null;

-- An alert's identity is (source, fingerprint); a row is one continuous firing of it. The current row of an identity is
-- what we hold it to be, and is what tells a re-delivery from a new episode.
create table remedyd.episodes (
  id bigint generated always as identity primary key,
  source text not null,
  fingerprint text not null,
  current boolean not null,
  status text not null check (status in ('firing', 'resolved')),
  name text not null,
  labels jsonb not null,
  annotations jsonb not null,
  generator_url text,
  -- Why it is only a test of the alerting; null for a real alert.
  test text,
  -- As the sender says; starts_at may move earlier while the episode lasts.
  starts_at timestamptz,
  ends_at timestamptz,
  -- As we received it.
  opened_at timestamptz not null,
  seen_at timestamptz not null,
  closed_at timestamptz,
  deliveries integer not null,
  incident_id text
) with (fillfactor = 80);
create unique index episodes_current on remedyd.episodes (source, fingerprint) where current;
create index episodes_incident on remedyd.episodes (incident_id);

create table remedyd.incidents (
  id text primary key,
  rule text not null,
  target_kind text not null,
  target_id text not null,
  severity text not null,
  state text not null,
  reason text not null,
  opened_at timestamptz not null,
  updated_at timestamptz not null,
  ended_at timestamptz,
  deadline_at timestamptz,
  pages_in_parallel boolean not null,
  firing boolean not null,
  attempt integer not null,
  tries integer not null,
  run_id text,
  approval_id text,
  ask_at timestamptz,
  paged_at timestamptz,
  acked_by text,
  acked_at timestamptz,
  recurrence_of text,
  version integer not null,
  -- The end of the timeline's chain: how many entries, and the hash of the last.
  seq integer not null,
  head text not null
) with (fillfactor = 70);
create unique index incidents_open on remedyd.incidents (rule, target_kind, target_id) where ended_at is null;
create index incidents_opened on remedyd.incidents (opened_at desc, id desc);
create index incidents_healed on remedyd.incidents (rule, target_kind, target_id, ended_at desc) where state = 'healed';

-- Append-only and chained by hash: an entry that was changed or removed breaks every hash after it.
create table remedyd.timeline (
  incident_id text not null,
  seq integer not null,
  at timestamptz not null,
  type text not null,
  reason text,
  summary text not null,
  data jsonb not null,
  hash text not null,
  primary key (incident_id, seq)
);
create function remedyd.refuse_change() returns trigger language plpgsql as $$
begin
  -- Only retention removes, and says so in its transaction.
  if tg_op = 'DELETE' and current_setting('remedyd.retention', true) = 'on' then return old; end if;
  raise exception 'the timeline is append-only';
end $$;
create trigger timeline_append_only before update or delete on remedyd.timeline
  for each row execute function remedyd.refuse_change();
create trigger timeline_not_emptied before truncate on remedyd.timeline
  for each statement execute function remedyd.refuse_change();

-- Work owed, written with the state that owes it. A row leaves when the work is done, in the same transaction.
create table remedyd.outbox (
  id bigint generated always as identity primary key,
  kind text not null,
  incident_id text,
  run_id text,
  data jsonb not null,
  due_at timestamptz not null,
  attempts integer not null default 0,
  -- Handed to the queue until then; afterwards it is handed over again.
  queued_until timestamptz,
  -- How often it was handed over; it makes each hand-over a job of its own.
  handed integer not null default 1,
  created_at timestamptz not null,
  last_error text
) with (fillfactor = 80);
create index outbox_due on remedyd.outbox (due_at);
create index outbox_sends on remedyd.outbox (incident_id, id) where kind in ('tell', 'send');

create table remedyd.runs (
  id text primary key,
  incident_id text not null,
  rule text not null,
  remediation text not null,
  target_kind text not null,
  target_id text not null,
  params jsonb not null,
  attempt integer not null,
  dry boolean not null,
  plan_hash text not null,
  admitted_at timestamptz not null,
  started_at timestamptz,
  -- When the steps ended, when its target became free again.
  applied_at timestamptz,
  ended_at timestamptz,
  outcome text,
  reason text,
  detail jsonb not null default '{}',
  -- Where verification stands.
  verify jsonb not null default '{}',
  -- Who carries it out, and the fencing number that only that one may write with.
  executor text,
  executor_until timestamptz,
  fence bigint not null default 0
);
-- One run per target, whatever else goes wrong.
create unique index runs_one_per_target on remedyd.runs (target_kind, target_id) where ended_at is null and not dry;
create index runs_of_target on remedyd.runs (target_kind, target_id, admitted_at desc);
create index runs_of_incident on remedyd.runs (incident_id);
create index runs_open on remedyd.runs (rule) where ended_at is null and not dry;
create index runs_admitted on remedyd.runs (admitted_at);
create sequence remedyd.fence;

create table remedyd.journal (
  run_id text not null,
  seq integer not null,
  step text not null,
  phase text not null,
  at timestamptz not null,
  fence bigint not null,
  data jsonb not null,
  primary key (run_id, seq)
);

-- Singletons among replicas (probes, sweep, schedules).
create table remedyd.leases (
  name text primary key,
  holder text not null,
  fence bigint not null,
  expires_at timestamptz not null
);

create table remedyd.pauses (
  id text primary key,
  scope text not null check (scope in ('global', 'rule', 'target')),
  key text not null,
  owner text not null,
  why text not null,
  set_at timestamptz not null,
  until timestamptz,
  lifted_at timestamptz,
  lifted_by text
);
create index pauses_standing on remedyd.pauses (scope, key) where lifted_at is null;

create table remedyd.approvals (
  id text primary key,
  incident_id text not null,
  remediation text not null,
  plan_hash text not null,
  asked_at timestamptz not null,
  expires_at timestamptz not null,
  decided_at timestamptz,
  decision text,
  answers jsonb not null default '[]'
);

create index approvals_of_incident on remedyd.approvals (incident_id);

-- What a channel needs to add to an incident's thread.
create table remedyd.threads (
  incident_id text not null,
  channel text not null,
  ref jsonb not null,
  primary key (incident_id, channel)
);

-- Whether a channel works, for the other channels and for /readyz.
create table remedyd.channels (
  name text primary key,
  failing_since timestamptz,
  failures integer not null default 0,
  last_error text,
  last_sent_at timestamptz
);
