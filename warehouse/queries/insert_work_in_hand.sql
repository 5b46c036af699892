-- Grain: one wanted page that has no end yet.
insert into ops.work_in_hand (
    want_id, url, source_id, state, attempts, next_try_at, last_problem
)
select
    want_id, url, source_id, state, attempts, next_try_at, last_problem
from staged_work_in_hand;
