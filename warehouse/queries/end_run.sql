-- Grain: one run. Parameters: run_id, status, time, counts as JSON.
update ops.runs set status = $2, ended_at = $3, counts = $4 where run_id = $1;
