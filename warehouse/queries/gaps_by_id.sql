-- Grain: one gap of asked_keys.
select
    gap_id, feed_id, source_id, kind, from_at, to_at, found_at, exchange_id, site_url, lane,
    status, how, reached_at, urls, entries, settled_at
from ops.coverage_gaps
where gap_id in (select key from asked_keys);
