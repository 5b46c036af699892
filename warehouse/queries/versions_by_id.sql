-- Grain: one version of those asked for, as last seen.
select
    version_id, article_id, exchange_id, source_id, canonical_url, requested_url, final_url,
    last_seen_at as fetched_at, entry_id, amp_url, headline, headline_origin, kicker, standfirst,
    section, dateline, published_at, published_precision, published_has_zone, published_raw,
    published_origin, modified_at, modified_precision, modified_has_zone, modified_raw,
    modified_origin, date_candidates, language, language_origin, kind, kind_reason, is_paywalled,
    body, words, body_hash, content_hash, extractor, outlet_version
from news.article_versions
semi join asked_keys on asked_keys.key = article_versions.version_id
order by version_id;
