-- Grain: one entry, as last seen; found by its key alone, then read.
select
    entry_id, feed_id, source_id, exchange_id, last_seen_at as seen_at, position, guid, url,
    canonical_url, title, summary, content, published_at, published_precision,
    published_has_zone, published_raw, published_origin, updated_at, updated_precision,
    updated_has_zone, updated_raw, updated_origin, raw_published, raw_updated, authors, tags,
    language, origin_title, origin_url
from news.entries
where rowid in (
    select entries.rowid
    from news.entries
    semi join asked_keys on asked_keys.key = entries.entry_id
);
