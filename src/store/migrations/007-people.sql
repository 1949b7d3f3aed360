-- People answer: who is asked, who has answered, and what came in over their channels.

alter table remedyd.approvals
  drop column answers,
  -- The group that the rule names; null where the config says who answers.
  add column asked_of text,
  add column needs integer not null default 1,
  -- The plan as it was shown: parameters, target, the figures of the guardrails.
  add column plan jsonb not null default '{}',
  -- How many answers were refused; only the first of them are told in the history.
  add column refusals integer not null default 0;

-- One row a person: who answers twice counts once.
create table remedyd.answers (
  approval_id text not null,
  incident_id text not null,
  person text not null,
  name text not null,
  answer text not null check (answer in ('approve', 'deny')),
  why text,
  at timestamptz not null,
  primary key (approval_id, person)
);
create index answers_of_incident on remedyd.answers (incident_id);

-- Signed requests that were taken, so that the same one sent again is known.
create table remedyd.requests (
  id text primary key,
  received_at timestamptz not null,
  replays integer not null default 0
);
create index requests_received on remedyd.requests using brin (received_at);
