-- Grain: one decision on one record, the first first. Parameter: quarantine_id.
select quarantine_id, decision, decided_at as at, decided_by as by, why
from ops.quarantine_decisions
where quarantine_id = $1
order by decided_at, load_id;
