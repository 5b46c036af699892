-- Grain: one document of one origin. One that expires earlier is an older one and leaves the row.
merge into ops.origin_documents as target
using staged_origin_documents as staged
on target.origin = staged.origin and target.kind = staged.kind
when matched and (
    coalesce(staged.expires_at, '-infinity') >= coalesce(target.expires_at, '-infinity')
) then update set
    status = staged.status,
    body_bytes = staged.body_bytes,
    expires_at = staged.expires_at,
    exchange_id = staged.exchange_id,
    fetched_at = staged.fetched_at,
    crawl_delay_seconds = staged.crawl_delay_seconds,
    problem = staged.problem,
    copied_at = staged.copied_at
when not matched then insert (
    origin, kind, host, status, body_bytes, expires_at, exchange_id, fetched_at,
    crawl_delay_seconds, problem, copied_at
) values (
    staged.origin, staged.kind, staged.host, staged.status, staged.body_bytes,
    staged.expires_at, staged.exchange_id, staged.fetched_at, staged.crawl_delay_seconds,
    staged.problem, staged.copied_at
);
