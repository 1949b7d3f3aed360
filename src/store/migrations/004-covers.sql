-- An incident whose page another one's stands for: a storm's, a common cause's. And how often in a row guardrails could
-- not see when they were asked about it.
alter table remedyd.incidents add column covered_by text;
alter table remedyd.incidents add column blind integer not null default 0;
create index incidents_covered on remedyd.incidents (covered_by) where covered_by is not null and ended_at is null;

-- The deadline of an incident is found by it when it is put off.
create index outbox_deadlines on remedyd.outbox (incident_id) where kind = 'deadline';

-- How often a target went on and off by itself (flapping).
create index incidents_of_target on remedyd.incidents (rule, target_kind, target_id, ended_at desc) where state = 'closed';

-- How many there were of what a remediation acts on, within the last hour (population).
create table remedyd.populations (
  remediation text not null,
  at timestamptz not null,
  count integer not null
);
create index populations_of on remedyd.populations (remediation, at);
