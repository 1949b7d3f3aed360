-- Whether a trouble came back: its report says it.
create index incidents_recurrence on remedyd.incidents (recurrence_of) where recurrence_of is not null;

-- A thread keeps its order, and what is only said beside it waits for all of that.
create index outbox_remarks on remedyd.outbox (incident_id) where kind = 'remark';
