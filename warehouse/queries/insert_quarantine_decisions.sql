-- Grain: one decision on one record.
insert into ops.quarantine_decisions (
    quarantine_id, decision, decided_at, decided_by, why, run_id, load_id
)
select
    quarantine_id, decision, decided_at, decided_by, why, run_id, load_id
from staged_quarantine_decisions;
