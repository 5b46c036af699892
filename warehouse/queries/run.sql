-- Grain: one run. Parameter: run_id.
select
    run_id, kind, status, started_at, ended_at, code_version,
    date_diff('microsecond', started_at, ended_at) / 1e6 as seconds
from ops.runs
where run_id = $1;
