-- Grain: one rule broken by one record in one column.
-- Earlier ones of the record were deleted before.
insert into ops.quarantine_hits (
    quarantine_id, rule_id, severity, reason, column_name, value
)
select
    quarantine_id, rule_id, severity, reason, column_name, value
from staged_quarantine_hits;
