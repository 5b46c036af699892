-- Grain: one of at most ten values that broke a rule in a run. Parameter: run_ids.
select run_id, rule_id, value
from (
    select held.run_id, hits.rule_id, hits.value
    from ops.quarantine as held
    join ops.quarantine_hits as hits using (quarantine_id)
    where list_contains($1::varchar[], held.run_id)
    union
    select run_id, rule_id, value
    from ops.marks
    where list_contains($1::varchar[], run_id)
)
qualify row_number() over (partition by run_id, rule_id order by value) <= 10
order by run_id, rule_id, value;
