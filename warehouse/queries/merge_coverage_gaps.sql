-- Grain: one stretch of one feed. What is settled is not opened again.
merge into ops.coverage_gaps as target
using staged_coverage_gaps as staged
on target.gap_id = staged.gap_id
when matched and target.status = 'open' then update set
    status = staged.status,
    how = staged.how,
    reached_at = staged.reached_at,
    urls = staged.urls,
    entries = staged.entries,
    settled_at = staged.settled_at,
    load_id = staged.load_id
when not matched then insert (
    gap_id, feed_id, source_id, kind, from_at, to_at, found_at, exchange_id, site_url, lane,
    status, how, reached_at, urls, entries, settled_at, load_id
) values (
    staged.gap_id, staged.feed_id, staged.source_id, staged.kind, staged.from_at, staged.to_at,
    staged.found_at, staged.exchange_id, staged.site_url, staged.lane, staged.status, staged.how,
    staged.reached_at, staged.urls, staged.entries, staged.settled_at, staged.load_id
);
