-- Grain: one event of one feed.
insert into ops.feed_moves (
    feed_id, event, from_url, to_url, why, moved_at, exchange_id, run_id, load_id
)
select
    feed_id, event, from_url, to_url, why, moved_at, exchange_id, run_id, load_id
from staged_feed_moves;
