-- Grain: one run that ended without a word. Parameters: list of run_id, time.
update ops.runs set status = 'dead', ended_at = $2
where list_contains($1::varchar[], run_id) and status = 'running';
