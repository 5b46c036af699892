-- Grain: one rule over the whole warehouse that one run ($1) found broken. What is unusual of
-- outlets is told again by each run of upkeep, by others only when it begins: ops.alerts.
select results.rule_id, results.severity, results.failed_rows
from ops.validation_results as results
join ops.runs as runs using (run_id)
where results.run_id = $1 and results.load_id is null and results.failed_rows > 0
    and (results.suite <> 'batches' or runs.kind = 'upkeep')
order by results.severity, results.rule_id;
