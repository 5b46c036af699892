-- Grain: one subscription. A feed that is unchanged leaves its row untouched.
merge into news.feeds as target
using staged_feeds as staged
on target.feed_id = staged.feed_id
when matched and (
    target.source_id, target.url, target.title, target.category, target.is_active,
    target.is_tls_unchecked
) is distinct from (
    staged.source_id, staged.url, staged.title, staged.category, staged.is_active,
    staged.is_tls_unchecked
)
then update set
    source_id = staged.source_id,
    url = staged.url,
    title = staged.title,
    category = staged.category,
    is_active = staged.is_active,
    is_tls_unchecked = staged.is_tls_unchecked,
    changed_at = staged.changed_at
when not matched then insert (
    feed_id, source_id, url, title, category, is_active, is_tls_unchecked, added_at, changed_at
) values (
    staged.feed_id, staged.source_id, staged.url, staged.title, staged.category,
    staged.is_active, staged.is_tls_unchecked, staged.added_at, staged.changed_at
);
