-- Grain: one rule in one of the last runs in which rules were run, the last begun first.
-- Parameter: how many runs.
with checked as (
    select run_id, kind, status, started_at
    from ops.runs
    semi join ops.validation_results using (run_id)
    order by started_at desc, run_id desc
    limit $1
)
select
    checked.run_id, checked.kind, checked.status, checked.started_at,
    results.suite, results.rule_id, max_by(results.severity, results.checked_at) as severity,
    sum(results.rows)::bigint as rows, sum(results.failed_rows)::bigint as failed_rows
from ops.validation_results as results
join checked using (run_id)
group by all
order by checked.started_at desc, checked.run_id desc, results.suite, results.rule_id;
