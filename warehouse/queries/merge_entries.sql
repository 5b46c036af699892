-- Grain: one known entry whose state changed, or an older sight of one, which never replaces the
-- state of a newer one. Joined on the key, all columns of all rows would be read.
merge into news.entries as target
using (
    select staged.*, held.held_row
    from staged_entries as staged
    join held_entries as held using (entry_id)
) as staged
on target.rowid = staged.held_row
when matched and (
    staged.last_seen_at >= target.last_seen_at and staged.state_hash <> target.state_hash
) then update set
    first_seen_at = least(target.first_seen_at, staged.first_seen_at),
    last_seen_at = greatest(target.last_seen_at, staged.last_seen_at),
    first_exchange_id = case
        when staged.first_seen_at < target.first_seen_at then staged.first_exchange_id
        else target.first_exchange_id
    end,
    first_title = case
        when staged.first_seen_at < target.first_seen_at then staged.first_title
        else target.first_title
    end,
    titles_seen = list_concat(
        target.titles_seen,
        list_filter(staged.titles_seen, lambda title: not list_contains(target.titles_seen, title))
    ),
    source_id = staged.source_id,
    guid = staged.guid,
    url = staged.url,
    canonical_url = staged.canonical_url,
    title = staged.title,
    summary = staged.summary,
    content = staged.content,
    position = staged.position,
    published_at = staged.published_at,
    published_precision = staged.published_precision,
    published_has_zone = staged.published_has_zone,
    published_raw = staged.published_raw,
    published_origin = staged.published_origin,
    updated_at = staged.updated_at,
    updated_precision = staged.updated_precision,
    updated_has_zone = staged.updated_has_zone,
    updated_raw = staged.updated_raw,
    updated_origin = staged.updated_origin,
    raw_published = staged.raw_published,
    raw_updated = staged.raw_updated,
    authors = staged.authors,
    tags = staged.tags,
    language = staged.language,
    origin_title = staged.origin_title,
    origin_url = staged.origin_url,
    state_hash = staged.state_hash,
    changed_at = staged.changed_at,
    exchange_id = staged.exchange_id,
    run_id = staged.run_id
when matched and (
    staged.last_seen_at < target.last_seen_at and staged.state_hash <> target.state_hash
    or staged.first_seen_at < target.first_seen_at
) then update set
    first_seen_at = least(target.first_seen_at, staged.first_seen_at),
    last_seen_at = greatest(target.last_seen_at, staged.last_seen_at),
    first_exchange_id = case
        when staged.first_seen_at < target.first_seen_at then staged.first_exchange_id
        else target.first_exchange_id
    end,
    first_title = case
        when staged.first_seen_at < target.first_seen_at then staged.first_title
        else target.first_title
    end,
    titles_seen = list_concat(
        target.titles_seen,
        list_filter(staged.titles_seen, lambda title: not list_contains(target.titles_seen, title))
    );
