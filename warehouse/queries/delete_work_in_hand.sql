-- Grain: one wanted page. The copy is always of the whole.
delete from ops.work_in_hand;
