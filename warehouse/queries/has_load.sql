-- Grain: one row. Parameter: load_id.
select exists (from ops.loads where load_id = $1) as is_loaded;
