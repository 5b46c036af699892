-- Grain: one exchange that is not known yet; what was exchanged does not change. A feed's outlet
-- is that of its subscription. Known ones are looked for among those of the same time alone.
insert into ops.exchanges (
    exchange_id, run_id, load_id, purpose, item_id, source_id, requested_url, final_url, host,
    fetched_at, elapsed_ms, status, reason, content_type, etag, last_modified, payload_bytes,
    payload_hash, hops, problem_code, problem_detail, archive_file, archive_offset,
    archive_length, is_tls_unchecked
)
select
    staged.exchange_id, staged.run_id, staged.load_id, staged.purpose, staged.item_id,
    coalesce(staged.source_id, feeds.source_id) as source_id, staged.requested_url,
    staged.final_url, staged.host, staged.fetched_at, staged.elapsed_ms, staged.status,
    staged.reason, staged.content_type, staged.etag, staged.last_modified, staged.payload_bytes,
    staged.payload_hash, staged.hops, staged.problem_code, staged.problem_detail,
    staged.archive_file, staged.archive_offset, staged.archive_length, staged.is_tls_unchecked
from staged_exchanges as staged
left join news.feeds on feeds.feed_id = staged.item_id
anti join (
    select exchange_id from ops.exchanges semi join staged_exchanges using (fetched_at)
) as held on held.exchange_id = staged.exchange_id;
