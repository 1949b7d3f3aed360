-- What guardrails look up in every admission, so that it stays cheap whatever the history holds.

-- What a rule opened of late (storm).
create index incidents_of_rule on remedyd.incidents (rule, opened_at desc);
-- How the last runs of a remediation under a rule ended (breaker).
create index runs_ended on remedyd.runs (rule, remediation, ended_at desc) where ended_at is not null and not dry;
-- Alerts that fire, by name (unless).
create index episodes_firing on remedyd.episodes (name) where current and status = 'firing' and test is null;
