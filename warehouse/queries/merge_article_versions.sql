-- Grain: one observed state of one article. What an older page or a lesser sight says never
-- replaces what a newer one said.
merge into news.article_versions as target
using staged_article_versions as staged
on target.version_id = staged.version_id
when matched and (
    staged.last_seen_at >= target.last_seen_at and staged.details_hash <> target.details_hash
) then update set
    first_seen_at = least(target.first_seen_at, staged.first_seen_at),
    last_seen_at = greatest(target.last_seen_at, staged.last_seen_at),
    first_exchange_id = case
        when staged.first_seen_at < target.first_seen_at then staged.first_exchange_id
        else target.first_exchange_id
    end,
    first_page_hash = case
        when staged.first_seen_at < target.first_seen_at then staged.first_page_hash
        else target.first_page_hash
    end,
    loaded_at = greatest(target.loaded_at, staged.loaded_at),
    entry_id = coalesce(staged.entry_id, target.entry_id),
    requested_url = staged.requested_url,
    final_url = staged.final_url,
    exchange_id = staged.exchange_id,
    page_hash = staged.page_hash,
    run_id = staged.run_id,
    amp_url = staged.amp_url,
    headline = staged.headline,
    headline_origin = staged.headline_origin,
    kicker = staged.kicker,
    standfirst = staged.standfirst,
    section = staged.section,
    dateline = staged.dateline,
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
    date_candidates = staged.date_candidates,
    language = staged.language,
    language_origin = staged.language_origin,
    kind = staged.kind,
    kind_reason = staged.kind_reason,
    is_paywalled = staged.is_paywalled,
    body = staged.body,
    words = staged.words,
    body_hash = staged.body_hash,
    headline_letters_hash = staged.headline_letters_hash,
    standfirst_letters_hash = staged.standfirst_letters_hash,
    body_letters_hash = staged.body_letters_hash,
    details_hash = staged.details_hash,
    extractor = staged.extractor,
    outlet_version = staged.outlet_version
when matched and (
    staged.last_seen_at >= target.last_seen_at
) then update set
    first_seen_at = least(target.first_seen_at, staged.first_seen_at),
    last_seen_at = greatest(target.last_seen_at, staged.last_seen_at),
    first_exchange_id = case
        when staged.first_seen_at < target.first_seen_at then staged.first_exchange_id
        else target.first_exchange_id
    end,
    first_page_hash = case
        when staged.first_seen_at < target.first_seen_at then staged.first_page_hash
        else target.first_page_hash
    end,
    loaded_at = greatest(target.loaded_at, staged.loaded_at),
    entry_id = coalesce(staged.entry_id, target.entry_id),
    requested_url = staged.requested_url,
    final_url = staged.final_url,
    exchange_id = staged.exchange_id,
    page_hash = staged.page_hash,
    run_id = staged.run_id
when matched then update set
    first_seen_at = least(target.first_seen_at, staged.first_seen_at),
    last_seen_at = greatest(target.last_seen_at, staged.last_seen_at),
    first_exchange_id = case
        when staged.first_seen_at < target.first_seen_at then staged.first_exchange_id
        else target.first_exchange_id
    end,
    first_page_hash = case
        when staged.first_seen_at < target.first_seen_at then staged.first_page_hash
        else target.first_page_hash
    end,
    loaded_at = greatest(target.loaded_at, staged.loaded_at),
    entry_id = coalesce(staged.entry_id, target.entry_id)
when not matched then insert (
    version_id, article_id, source_id, canonical_url, requested_url, final_url, amp_url,
    entry_id, headline, headline_origin, kicker, standfirst, section, dateline, published_at,
    published_precision, published_has_zone, published_raw, published_origin, modified_at,
    modified_precision, modified_has_zone, modified_raw, modified_origin, date_candidates,
    language, language_origin, kind, kind_reason, is_paywalled, body, words, body_hash,
    headline_letters_hash, standfirst_letters_hash, body_letters_hash, content_hash,
    details_hash, page_hash, first_page_hash, extractor, change_kind, previous_version_id,
    first_seen_at, last_seen_at, first_loaded_at, loaded_at, first_exchange_id, exchange_id,
    run_id, outlet_version
) values (
    staged.version_id, staged.article_id, staged.source_id, staged.canonical_url,
    staged.requested_url, staged.final_url, staged.amp_url, staged.entry_id, staged.headline,
    staged.headline_origin, staged.kicker, staged.standfirst, staged.section, staged.dateline,
    staged.published_at, staged.published_precision, staged.published_has_zone,
    staged.published_raw, staged.published_origin, staged.modified_at,
    staged.modified_precision, staged.modified_has_zone, staged.modified_raw,
    staged.modified_origin, staged.date_candidates, staged.language, staged.language_origin,
    staged.kind, staged.kind_reason, staged.is_paywalled, staged.body, staged.words,
    staged.body_hash, staged.headline_letters_hash, staged.standfirst_letters_hash,
    staged.body_letters_hash, staged.content_hash, staged.details_hash, staged.page_hash,
    staged.first_page_hash, staged.extractor, staged.change_kind, staged.previous_version_id,
    staged.first_seen_at, staged.last_seen_at, staged.first_loaded_at, staged.loaded_at,
    staged.first_exchange_id, staged.exchange_id, staged.run_id,
    staged.outlet_version
);
