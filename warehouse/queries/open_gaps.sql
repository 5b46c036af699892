-- Grain: one gap that is open, the oldest first. Parameter: a lane.
select
    gap_id, feed_id, source_id, kind, from_at, to_at, found_at, exchange_id, site_url, lane,
    status, how, reached_at, urls, entries, settled_at
from ops.coverage_gaps
where status = 'open' and lane = $1
order by found_at, gap_id;
