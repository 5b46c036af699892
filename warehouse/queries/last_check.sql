-- Grain: one row: when a suite ($1) was last run over the whole warehouse; null where it never was.
select max(checked_at) from ops.validation_results where suite = $1 and load_id is null;
