-- Grain: one row: the last run that held all accounts against each other, and how many it found
-- broken; null and 0 where none did.
select any_value(run_id) as run_id, coalesce(sum(failed_rows), 0)::integer as audit_rows
from ops.validation_results
where rule_id in ('warehouse.outcomes_add_up', 'warehouse.ledger_equals_rows')
    and run_id = (
        select max(run_id) from ops.runs where kind = 'upkeep' and status = 'done'
    );
