-- Grain: one outlet and day (UTC) on which something of it was published or first seen.
create view report.volume_by_day as
select
    coalesce(sources.name, days.source_id) as source,
    days.source_id,
    days.day,
    sum(days.published)::bigint as published,
    sum(days.first_seen)::bigint as first_seen
from (
    select
        source_id, (published_at at time zone 'UTC')::date as day, 1 as published, 0 as first_seen
    from news.articles
    where published_at is not null and published_precision not in ('month', 'year')
    union all
    select source_id, (first_seen_at at time zone 'UTC')::date, 0, 1
    from news.articles
) as days
left join news.sources as sources on sources.source_id = days.source_id
group by all;

comment on view report.volume_by_day is
    'How much each outlet published, by its own dates and by our first sight. For days without a row see report.source_day. Grain: one outlet and day (UTC).';
comment on column report.volume_by_day.source is
    'Name of the outlet.';
comment on column report.volume_by_day.source_id is
    'Id of the outlet: news.sources.';
comment on column report.volume_by_day.day is
    'Day, UTC.';
comment on column report.volume_by_day.published is
    'Articles that declare this day as their day of publication.';
comment on column report.volume_by_day.first_seen is
    'Articles whose page was first fetched on this day.';
