-- Grain: one outlet and day (UTC), for every day from its first outcome to the last of all.
create view report.source_day as
with counted as (
    select
        coalesce(source_id, '(unknown)') as source_id,
        (happened_at at time zone 'UTC')::date as day,
        count(*) filter (where stage = 'poll') as polls,
        count(*) filter (where stage = 'poll' and outcome in ('failed', 'given_up'))
            as polls_failed,
        count(*) filter (where stage = 'entry' and outcome = 'loaded') as entries_new,
        count(*) filter (where stage = 'entry' and outcome = 'quarantined')
            as entries_quarantined,
        count(*) filter (where stage = 'page') as pages,
        count(*) filter (where stage = 'page' and outcome = 'loaded') as pages_fetched,
        count(*) filter (where stage = 'page' and outcome in ('failed', 'given_up'))
            as pages_failed,
        count(*) filter (where stage = 'page' and outcome = 'skipped') as pages_skipped,
        count(*) filter (where stage = 'article' and outcome = 'loaded') as articles_loaded,
        count(*) filter (where stage = 'article' and outcome = 'quarantined')
            as articles_quarantined,
        count(*) filter (where stage = 'article' and outcome in ('failed', 'given_up'))
            as articles_failed
    from ops.outcomes
    group by all
), calendar as (
    select
        firsts.source_id,
        unnest(generate_series(
            firsts.day, (select max(day) from counted), interval 1 day
        ))::date as day
    from (select source_id, min(day) as day from counted group by source_id) as firsts
)
select
    coalesce(sources.name, calendar.source_id) as source,
    calendar.source_id,
    calendar.day,
    coalesce(counted.polls, 0) as polls,
    coalesce(counted.polls_failed, 0) as polls_failed,
    coalesce(counted.entries_new, 0) as entries_new,
    coalesce(counted.entries_quarantined, 0) as entries_quarantined,
    coalesce(counted.pages_fetched, 0) as pages_fetched,
    coalesce(counted.pages_failed, 0) as pages_failed,
    coalesce(counted.pages_skipped, 0) as pages_skipped,
    coalesce(counted.articles_loaded, 0) as articles_loaded,
    coalesce(counted.articles_quarantined, 0) as articles_quarantined,
    coalesce(counted.articles_failed, 0) as articles_failed,
    case
        when coalesce(counted.polls, 0) + coalesce(counted.pages, 0)
            + coalesce(counted.articles_loaded, 0) + coalesce(counted.articles_quarantined, 0)
            + coalesce(counted.articles_failed, 0) = 0 then 'not_asked'
        when counted.articles_loaded > 0 then 'articles'
        when counted.polls > 0 and counted.polls = counted.polls_failed then 'feed_failed'
        when counted.pages_failed + counted.articles_failed > 0 then 'pages_failed'
        when counted.articles_quarantined + counted.entries_quarantined > 0 then 'quarantined'
        else 'quiet'
    end as standing
from calendar
left join counted on counted.source_id = calendar.source_id and counted.day = calendar.day
left join news.sources as sources on sources.source_id = calendar.source_id;

comment on view report.source_day is
    'What was tried and what came, for every outlet and day since its first outcome: tells a quiet day from a failed one and from one on which nobody asked. Grain: one outlet and day (UTC).';
comment on column report.source_day.source is
    'Name of the outlet.';
comment on column report.source_day.source_id is
    'Id of the outlet: news.sources; (unknown) where no outcome tells.';
comment on column report.source_day.day is
    'Day, UTC.';
comment on column report.source_day.polls is
    'Polls of its feeds.';
comment on column report.source_day.polls_failed is
    'Polls that failed.';
comment on column report.source_day.entries_new is
    'New or changed entries that went on to be fetched.';
comment on column report.source_day.entries_quarantined is
    'Entries kept aside.';
comment on column report.source_day.pages_fetched is
    'Pages that came.';
comment on column report.source_day.pages_failed is
    'Tries of pages that failed.';
comment on column report.source_day.pages_skipped is
    'Pages left out by a rule of ours or of the publisher.';
comment on column report.source_day.articles_loaded is
    'Articles loaded, new versions included.';
comment on column report.source_day.articles_quarantined is
    'Articles kept aside.';
comment on column report.source_day.articles_failed is
    'Pages that gave no article.';
comment on column report.source_day.standing is
    'In a word: articles, quiet (asked, nothing new), quarantined, pages_failed, feed_failed, not_asked.';
