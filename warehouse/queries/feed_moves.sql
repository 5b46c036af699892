-- Grain: one event of a feed's addresses, the last first. Parameter: a feed_id.
select moved_at, event, from_url, to_url, why
from ops.feed_moves
where feed_id = $1
order by moved_at desc;
