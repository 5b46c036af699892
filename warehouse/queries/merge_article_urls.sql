-- Grain: one article, one address and one kind of address. Known rows are found by their article
-- alone, then read.
merge into news.article_urls as target
using (
    select staged.*, held.held_row
    from staged_article_urls as staged
    left join (
        select rowid as held_row, article_id, url, kind
        from news.article_urls
        where rowid in (
            select article_urls.rowid
            from news.article_urls
            semi join staged_article_urls using (article_id)
        )
    ) as held using (article_id, url, kind)
) as staged
on target.rowid = staged.held_row
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
