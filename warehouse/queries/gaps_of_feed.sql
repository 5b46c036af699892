-- Grain: one gap of a feed, the last first. Parameter: a feed_id.
select
    gap_id, feed_id, source_id, kind, from_at, to_at, found_at, exchange_id, site_url, lane,
    status, how, reached_at, urls, entries, settled_at
from ops.coverage_gaps
where feed_id = $1
order by to_at desc, gap_id;
