-- Grain: one version of an article with several. Names each one's change against the version
-- before it by time of first sight; where the page is the same, it is the extractor that changed.
update news.article_versions as target set
    change_kind = chain.change_kind,
    previous_version_id = chain.previous_version_id
from (
    select
        version_id,
        lag(version_id) over in_time as previous_version_id,
        first_exchange_id in (lag(first_exchange_id) over in_time, lag(exchange_id) over in_time)
            or first_page_hash in (lag(first_page_hash) over in_time, lag(page_hash) over in_time)
            as is_same_page,
        headline_letters_hash <> lag(headline_letters_hash) over in_time as is_other_headline,
        body_letters_hash <> lag(body_letters_hash) over in_time as is_other_body,
        standfirst_letters_hash <> lag(standfirst_letters_hash) over in_time as is_other_standfirst,
        case
            when lag(version_id) over in_time is null then 'first'
            when is_same_page then 'extractor'
            when is_other_headline and is_other_body then 'both'
            when is_other_headline then 'headline'
            when is_other_body then 'body'
            when is_other_standfirst then 'standfirst'
            else 'trivial'
        end as change_kind
    from news.article_versions
    semi join staged_changed using (article_id)
    window in_time as (
        partition by article_id order by first_seen_at, first_loaded_at, version_id
    )
) as chain
where target.version_id = chain.version_id
    and (
        target.change_kind is distinct from chain.change_kind
        or target.previous_version_id is distinct from chain.previous_version_id
    );
