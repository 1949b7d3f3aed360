-- How far the escalation of an incident has come, with its policy as it was when the first page went out.
create table remedyd.climbs (
  incident_id text primary key,
  climb jsonb not null
);
