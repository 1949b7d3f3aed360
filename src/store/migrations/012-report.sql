-- Whether a trouble came back: its report says it.
create index incidents_recurrence on remedyd.incidents (recurrence_of) where recurrence_of is not null;

-- What is said in a thread beside its messages waits for those before it.
create index outbox_replies on remedyd.outbox (incident_id, id) where kind in ('send', 'reply');
