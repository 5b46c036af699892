-- Grain: one row.
select count(*) from ops.work_in_hand;
