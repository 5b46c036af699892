-- Grain: one row: the first run that run $1 answers for: itself, or one that died since the last
-- run that ended by itself before it.
select min(run_id) as run_id
from ops.runs
where run_id = $1
    or status = 'dead' and ended_at >= (
        select coalesce(max(ended_at), '-infinity'::timestamptz)
        from ops.runs
        where status in ('done', 'failed') and run_id < $1
    );
