-- For each rotation the week that was last handed over, so that the note about it is written once.
create table remedyd.duties (
  rotation text primary key,
  since timestamptz not null
);
