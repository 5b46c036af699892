-- Grain: one feed and one address under which it was polled.
merge into news.feed_urls as target
using (
    select feed_id, url, polled_at from staged_feed_state where polled_at is not null
) as staged
on target.feed_id = staged.feed_id and target.url = staged.url
when matched and (
    staged.polled_at < target.first_polled_at or staged.polled_at > target.last_polled_at
) then update set
    first_polled_at = least(target.first_polled_at, staged.polled_at),
    last_polled_at = greatest(target.last_polled_at, staged.polled_at)
when not matched then insert (
    feed_id, url, first_polled_at, last_polled_at
) values (
    staged.feed_id, staged.url, staged.polled_at, staged.polled_at
);
