-- Grain: one article. Its current version is the one seen last, of two seen at once the one
-- loaded last; a version of the load that is not current brings its times alone.
merge into news.articles as target
using (
    select
        lives.article_id, lives.current_version_id, lives.versions, lives.first_seen_at,
        lives.last_seen_at, lives.changed_at, lives.source_id, lives.canonical_url,
        staged.version_id is not null as has_details,
        staged.headline, staged.published_at, staged.published_precision,
        staged.published_has_zone, staged.published_raw, staged.published_origin,
        staged.modified_at, staged.modified_precision, staged.modified_has_zone,
        staged.modified_raw, staged.modified_origin, staged.has_date_conflict, staged.language,
        staged.kind, staged.is_paywalled, staged.words
    from (
        select
            article_id,
            arg_max(version_id, (last_seen_at, loaded_at, version_id)) as current_version_id,
            arg_max(first_seen_at, (last_seen_at, loaded_at, version_id)) as changed_at,
            count(*)::integer as versions,
            min(first_seen_at) as first_seen_at,
            max(last_seen_at) as last_seen_at,
            any_value(source_id) as source_id,
            any_value(canonical_url) as canonical_url
        from news.article_versions
        semi join staged_article_versions using (article_id)
        group by article_id
    ) as lives
    left join staged_article_versions as staged
        on staged.version_id = lives.current_version_id
        and staged.last_seen_at = lives.last_seen_at
    order by lives.article_id
) as staged
on target.article_id = staged.article_id
when matched and staged.has_details then update set
    current_version_id = staged.current_version_id,
    versions = staged.versions,
    first_seen_at = staged.first_seen_at,
    last_seen_at = staged.last_seen_at,
    changed_at = staged.changed_at,
    headline = staged.headline,
    published_at = staged.published_at,
    published_precision = staged.published_precision,
    published_has_zone = staged.published_has_zone,
    published_raw = staged.published_raw,
    published_origin = staged.published_origin,
    modified_at = staged.modified_at,
    modified_precision = staged.modified_precision,
    modified_has_zone = staged.modified_has_zone,
    modified_raw = staged.modified_raw,
    modified_origin = staged.modified_origin,
    has_date_conflict = staged.has_date_conflict,
    language = staged.language,
    kind = staged.kind,
    is_paywalled = staged.is_paywalled,
    words = staged.words
when matched then update set
    current_version_id = staged.current_version_id,
    versions = staged.versions,
    first_seen_at = staged.first_seen_at,
    last_seen_at = staged.last_seen_at,
    changed_at = staged.changed_at
when not matched then insert (
    article_id, source_id, canonical_url, current_version_id, versions, first_seen_at,
    last_seen_at, changed_at, headline, published_at, published_precision, published_has_zone,
    published_raw, published_origin, modified_at, modified_precision, modified_has_zone,
    modified_raw, modified_origin, has_date_conflict, language, kind, is_paywalled, words
) values (
    staged.article_id, staged.source_id, staged.canonical_url, staged.current_version_id,
    staged.versions, staged.first_seen_at, staged.last_seen_at, staged.changed_at,
    staged.headline, staged.published_at, staged.published_precision, staged.published_has_zone,
    staged.published_raw, staged.published_origin, staged.modified_at,
    staged.modified_precision, staged.modified_has_zone, staged.modified_raw,
    staged.modified_origin, staged.has_date_conflict, staged.language, staged.kind,
    staged.is_paywalled, staged.words
);
