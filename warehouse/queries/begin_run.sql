-- Grain: one run. Parameters: run_id, kind, time, version of the code, parameters as JSON.
-- A run that is begun again (continued after a kill) keeps the time of its first beginning.
insert into ops.runs (run_id, kind, status, started_at, code_version, parameters)
values ($1, $2, 'running', $3, $4, $5)
on conflict (run_id) do update set status = 'running', ended_at = null;
