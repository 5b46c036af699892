-- Grain: one load. Parameters: load_id, run_id, kind, time of the batch, counts as JSON.
insert into ops.loads (load_id, run_id, kind, loaded_at, row_counts)
values ($1, $2, $3, $4, $5);
