-- Grain: one rule over the whole warehouse that one run ($1) found broken.
select rule_id, severity, failed_rows
from ops.validation_results
where run_id = $1 and load_id is null and failed_rows > 0
order by severity, rule_id;
