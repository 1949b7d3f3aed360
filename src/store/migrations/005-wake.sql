-- A pause that a file stands for, named by host and path: it stands once, for as long as the file is there.
alter table remedyd.pauses add column file text;
create unique index pauses_of_file on remedyd.pauses (file) where lifted_at is null;

-- What is to be decided later; it is looked through whenever something happens that held incidents wait for.
create index outbox_decide on remedyd.outbox (incident_id) where kind = 'decide';
