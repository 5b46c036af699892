-- Grain: one article, one address and one kind of address.
merge into news.article_urls as target
using staged_article_urls as staged
on target.article_id = staged.article_id
    and target.url = staged.url
    and target.kind = staged.kind
when matched and (
    staged.last_seen_at > target.last_seen_at
) then update set
    first_seen_at = least(target.first_seen_at, staged.first_seen_at),
    last_seen_at = staged.last_seen_at,
    exchange_id = staged.exchange_id,
    key_url = staged.key_url
when matched and (
    staged.first_seen_at < target.first_seen_at
) then update set
    first_seen_at = staged.first_seen_at
when not matched then insert (
    article_id, url, kind, key_url, first_seen_at, last_seen_at, exchange_id
) values (
    staged.article_id, staged.url, staged.kind, staged.key_url, staged.first_seen_at,
    staged.last_seen_at, staged.exchange_id
);
