-- Grain: one outlet: its last day of live runs against its own 28 days before.
create view report.source_recent as
with told as (
    select
        outcomes.*,
        outcomes.happened_at > last_day.ended_at - interval 24 hours as is_recent,
        last_day.ended_at,
        versions.words,
        versions.is_paywalled
    from ops.outcomes as outcomes
    join ops.runs as runs on runs.run_id = outcomes.run_id and runs.kind = 'ingest'
    cross join (select max(happened_at) as ended_at from ops.outcomes) as last_day
    left join news.article_versions as versions
        on versions.version_id = outcomes.version_id and outcomes.outcome = 'loaded'
    where outcomes.source_id is not null
        and outcomes.happened_at > last_day.ended_at - interval 29 days
)
select
    source_id,
    greatest(1, least(
        28, date_diff('day', min(happened_at), any_value(ended_at)) - 1
    ))::integer as usual_days,
    count(*) filter (where is_recent and stage = 'poll') as polls,
    count(*) filter (where is_recent and stage = 'poll' and outcome = 'failed') as polls_failed,
    count(*) filter (where is_recent and stage = 'entry') as entries,
    count(*) filter (
        where is_recent and stage in ('entry', 'article') and outcome = 'duplicate'
    ) as duplicates,
    count(*) filter (where is_recent and stage = 'page') as pages,
    count(*) filter (where is_recent and stage = 'page' and outcome in ('failed', 'given_up'))
        as pages_failed,
    count(*) filter (where is_recent and stage = 'page' and reason in (
        'challenge_page', 'robots_disallowed', 'http_401', 'http_403', 'http_429', 'http_451'
    )) as pages_blocked,
    count(*) filter (where is_recent and stage = 'article') as articles_read,
    count(*) filter (where is_recent and stage = 'article' and outcome = 'loaded')
        as articles_loaded,
    count(*) filter (where is_recent and stage = 'article' and outcome = 'quarantined')
        as articles_rejected,
    count(*) filter (where is_recent and stage = 'article' and outcome in ('failed', 'given_up'))
        as articles_failed,
    count(*) filter (where is_recent and is_paywalled) as articles_paywalled,
    median(words) filter (where is_recent) as median_words,
    count(*) filter (where not is_recent and stage = 'entry') as usual_entries,
    count(*) filter (
        where not is_recent and stage in ('entry', 'article') and outcome = 'duplicate'
    ) as usual_duplicates,
    count(*) filter (where not is_recent and stage = 'article') as usual_articles_read,
    count(*) filter (where not is_recent and stage = 'article' and outcome = 'loaded')
        as usual_articles_loaded,
    count(*) filter (where not is_recent and stage = 'article' and outcome = 'quarantined')
        as usual_articles_rejected,
    count(*) filter (
        where not is_recent and stage = 'article' and outcome in ('failed', 'given_up')
    ) as usual_articles_failed,
    count(*) filter (where not is_recent and is_paywalled) as usual_articles_paywalled,
    median(words) filter (where not is_recent) as usual_median_words,
    max(happened_at) filter (where stage = 'article' and outcome = 'loaded') as last_loaded_at,
    any_value(ended_at) as ended_at
from told
group by source_id;

-- Grain: one outlet and signal that can be judged: enough items stand behind it.
create view report.source_signals as
with measured as (
    select *, usual_articles_loaded / usual_days as usual_volume from report.source_recent
)
select
    source_id, 'volume' as signal, articles_loaded::double as value, usual_volume as usual,
    least(usual_volume / 2, usual_volume - 3 * sqrt(usual_volume)) as low, null::double as high,
    usual_articles_loaded as items
from measured where usual_days >= 7 and usual_volume >= 9
union all by name
select
    source_id, 'freshness' as signal, date_diff('hour', last_loaded_at, ended_at)::double as value,
    24 / usual_volume as usual, null::double as low, greatest(24, 5 * 24 / usual_volume) as high,
    usual_articles_loaded as items
from measured where usual_days >= 7 and usual_volume >= 1
union all by name
select
    source_id, 'failures' as signal, (pages_failed / pages)::double as value, null::double as usual,
    null::double as low, 0.3::double as high, pages as items
from measured where pages >= 5
union all by name
select
    source_id, 'feeds' as signal, (polls_failed / polls)::double as value, null::double as usual,
    null::double as low, 0.5::double as high, polls as items
from measured where polls >= 3
union all by name
select
    source_id, 'duplicates' as signal, (duplicates / entries)::double as value,
    (usual_duplicates / usual_entries)::double as usual, null::double as low,
    0.3 + usual_duplicates / usual_entries as high, entries as items
from measured where entries >= 5 and usual_entries >= 20
union all by name
select
    source_id, 'blocked' as signal, (pages_blocked / pages)::double as value,
    null::double as usual, null::double as low, 0.2::double as high, pages as items
from measured where pages >= 5
union all by name
select
    source_id, 'rejected' as signal, (articles_rejected / articles_read)::double as value,
    (usual_articles_rejected / nullif(usual_articles_read, 0))::double as usual, null::double as low,
    0.2 + coalesce(usual_articles_rejected / nullif(usual_articles_read, 0), 0) as high,
    articles_read as items
from measured where articles_read >= 5
union all by name
select
    source_id, 'paywalled' as signal, (articles_paywalled / articles_loaded)::double as value,
    (usual_articles_paywalled / usual_articles_loaded)::double as usual, null::double as low,
    0.3 + usual_articles_paywalled / usual_articles_loaded as high, articles_loaded as items
from measured where articles_loaded >= 5 and usual_articles_loaded >= 20
union all by name
select
    source_id, 'length' as signal, median_words::double as value, usual_median_words as usual,
    usual_median_words / 2 as low, usual_median_words * 2 as high, articles_loaded as items
from measured where articles_loaded >= 5 and usual_articles_loaded >= 20
union all by name
select
    source_id, 'drift' as signal,
    (1 - (articles_failed + articles_rejected) / articles_read)::double as value,
    (1 - (usual_articles_failed + usual_articles_rejected) / usual_articles_read)::double as usual,
    0.75 - (usual_articles_failed + usual_articles_rejected) / usual_articles_read as low,
    null::double as high, articles_read as items
from measured where articles_read >= 5 and usual_articles_read >= 20;

-- Grain: one outlet and signal out of its bounds.
create view report.source_alerts as
select
    coalesce(sources.name, signals.source_id) as source,
    signals.source_id,
    signals.signal,
    case
        when recent.polls + recent.pages = 0 then 'not_asked'
        when recent.polls_failed * 2 > recent.polls or signals.signal = 'duplicates' then 'feed'
        when recent.pages_blocked * 5 > recent.pages then 'block'
        when recent.pages_failed * 10 > recent.pages * 3 then 'failure'
        when (recent.articles_failed + recent.articles_rejected) * 5 > recent.articles_read
            or signals.signal in ('length', 'paywalled', 'drift') then 'extraction'
        when recent.polls = 0 then 'not_asked'
        else 'lull'
    end as reason,
    round(signals.value, 3) as value,
    round(signals.usual, 3) as usual,
    round(signals.low, 3) as low,
    round(signals.high, 3) as high,
    signals.items,
    format(
        '{} polls ({} failed), {} new entries ({} duplicates), {} pages ({} failed, {} blocked), {} articles read ({} loaded, {} rejected, {} failed); {:.1f} a day are usual',
        recent.polls, recent.polls_failed, recent.entries, recent.duplicates,
        recent.pages, recent.pages_failed, recent.pages_blocked, recent.articles_read, recent.articles_loaded, recent.articles_rejected,
        recent.articles_failed, recent.usual_articles_loaded / recent.usual_days
    ) as numbers
from report.source_signals as signals
join report.source_recent as recent on recent.source_id = signals.source_id
left join news.sources as sources on sources.source_id = signals.source_id
where signals.value < signals.low or signals.value > signals.high;

comment on view report.source_recent is
    'What the live runs brought in the 24 hours before the last outcome, and in the 28 days before those. Grain: one outlet.';
comment on view report.source_signals is
    'What tells whether an outlet is as usual, with the bounds that it is judged by; only where enough items stand behind it. Grain: one outlet and signal.';
comment on view report.source_alerts is
    'Outlets that are not as usual, and why: not_asked, feed (it fails, or repeats itself), block, failure (pages that fail otherwise), extraction, or lull (all worked, less was published). Grain: one outlet and signal out of its bounds.';
comment on column report.source_recent.source_id is
    'Outlet: news.sources.';
comment on column report.source_recent.usual_days is
    'Days that the usual figures cover: up to 28, fewer where the outlet is newer.';
comment on column report.source_recent.polls is
    'Polls of its feeds, last day.';
comment on column report.source_recent.polls_failed is
    'Polls that failed, last day.';
comment on column report.source_recent.entries is
    'Entries of its feeds that were new or changed, last day.';
comment on column report.source_recent.duplicates is
    'Of those, the ones that led to nothing new: an item of the document, an article or a page that another had led to, last day.';
comment on column report.source_recent.pages is
    'Tries of pages, last day.';
comment on column report.source_recent.pages_failed is
    'Tries of pages that failed, last day.';
comment on column report.source_recent.pages_blocked is
    'Tries of pages that were refused: challenge, robots.txt, HTTP 401, 403, 429, 451, last day.';
comment on column report.source_recent.articles_read is
    'Pages that came and were read, last day.';
comment on column report.source_recent.articles_loaded is
    'Articles loaded, last day.';
comment on column report.source_recent.articles_rejected is
    'Articles kept aside, last day.';
comment on column report.source_recent.articles_failed is
    'Pages that gave no article, last day.';
comment on column report.source_recent.articles_paywalled is
    'Articles loaded that a paywall cut off, last day.';
comment on column report.source_recent.median_words is
    'Median of words of the articles loaded, last day.';
comment on column report.source_recent.usual_entries is
    'Entries of its feeds that were new or changed, in the days before.';
comment on column report.source_recent.usual_duplicates is
    'Of those, the ones that led to nothing new, in the days before.';
comment on column report.source_recent.usual_articles_read is
    'Pages that came and were read, in the days before.';
comment on column report.source_recent.usual_articles_loaded is
    'Articles loaded, in the days before.';
comment on column report.source_recent.usual_articles_rejected is
    'Articles kept aside, in the days before.';
comment on column report.source_recent.usual_articles_failed is
    'Pages that gave no article, in the days before.';
comment on column report.source_recent.usual_articles_paywalled is
    'Articles loaded that a paywall cut off, in the days before.';
comment on column report.source_recent.usual_median_words is
    'Median of words of the articles loaded, in the days before.';
comment on column report.source_recent.last_loaded_at is
    'When an article was last loaded.';
comment on column report.source_recent.ended_at is
    'End of the last day: the last outcome of all.';
comment on column report.source_signals.source_id is
    'Outlet: news.sources.';
comment on column report.source_signals.signal is
    'volume, freshness (hours), failures, feeds, duplicates (share of new entries), blocked, rejected, paywalled, length (words) or drift (share of pages read that gave an article).';
comment on column report.source_signals.value is
    'Value of the last day.';
comment on column report.source_signals.usual is
    'Value of the 28 days before; null where bounds are the same for all.';
comment on column report.source_signals.low is
    'Least value that is as usual; null where there is none.';
comment on column report.source_signals.high is
    'Greatest value that is as usual; null where there is none.';
comment on column report.source_signals.items is
    'Items that the value is taken from.';
comment on column report.source_alerts.source is
    'Name of the outlet.';
comment on column report.source_alerts.source_id is
    'Outlet: news.sources.';
comment on column report.source_alerts.signal is
    'volume, freshness (hours), failures, feeds, duplicates (share of new entries), blocked, rejected, paywalled, length (words) or drift (share of pages read that gave an article).';
comment on column report.source_alerts.reason is
    'not_asked, feed (it fails, or repeats itself), block, failure, extraction or lull.';
comment on column report.source_alerts.value is
    'Value of the last day.';
comment on column report.source_alerts.usual is
    'Value of the 28 days before; null where bounds are the same for all.';
comment on column report.source_alerts.low is
    'Least value that is as usual; null where there is none.';
comment on column report.source_alerts.high is
    'Greatest value that is as usual; null where there is none.';
comment on column report.source_alerts.items is
    'Items that the value is taken from.';
comment on column report.source_alerts.numbers is
    'What the reason was read from.';
