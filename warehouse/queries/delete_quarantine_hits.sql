-- Grain: one rule broken by one record in one column.
-- The last verdict replaces earlier ones.
delete from ops.quarantine_hits as kept using staged_quarantine as staged
where kept.quarantine_id = staged.quarantine_id;
