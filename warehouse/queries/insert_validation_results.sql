-- Grain: one rule in one check.
insert into ops.validation_results (
    load_id, run_id, checked_at, suite, rule_id, severity, rows, failed_rows
)
select
    load_id, run_id, checked_at, suite, rule_id, severity, rows, failed_rows
from staged_validation_results;
