-- Grain: one host. A copy with fewer requests is an older one and leaves the row untouched.
merge into ops.host_state as target
using staged_host_state as staged
on target.host = staged.host
when matched and (
    staged.requests >= target.requests
) then update set
    free_at = staged.free_at,
    retry_after_at = staged.retry_after_at,
    crawl_delay_seconds = staged.crawl_delay_seconds,
    requests = staged.requests,
    payload_bytes = staged.payload_bytes,
    copied_at = staged.copied_at
when not matched then insert (
    host, free_at, retry_after_at, crawl_delay_seconds, requests, payload_bytes, copied_at
) values (
    staged.host, staged.free_at, staged.retry_after_at, staged.crawl_delay_seconds,
    staged.requests, staged.payload_bytes, staged.copied_at
);
