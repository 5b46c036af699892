-- Grain: one entry that is not known yet, with the article that it leads to.
insert into news.entries (
    entry_id, feed_id, source_id, article_id, guid, url, canonical_url, title, first_title,
    titles_seen, summary, content, position, published_at, published_precision,
    published_has_zone, published_raw, published_origin, updated_at, updated_precision,
    updated_has_zone, updated_raw, updated_origin, raw_published, raw_updated, authors, tags,
    language, origin_title, origin_url, state_hash, first_seen_at, last_seen_at, changed_at,
    first_exchange_id, exchange_id, run_id
)
select
    staged.entry_id, staged.feed_id, staged.source_id, linked.article_id, staged.guid,
    staged.url, staged.canonical_url, staged.title, staged.first_title, staged.titles_seen,
    staged.summary, staged.content, staged.position, staged.published_at,
    staged.published_precision, staged.published_has_zone, staged.published_raw,
    staged.published_origin, staged.updated_at, staged.updated_precision,
    staged.updated_has_zone, staged.updated_raw, staged.updated_origin, staged.raw_published,
    staged.raw_updated, staged.authors, staged.tags, staged.language, staged.origin_title,
    staged.origin_url, staged.state_hash, staged.first_seen_at, staged.last_seen_at,
    staged.changed_at, staged.first_exchange_id, staged.exchange_id, staged.run_id
from staged_entries as staged
left join linked_entries as linked using (entry_id)
where not exists (
    from held_entries as held where held.entry_id = staged.entry_id
);
