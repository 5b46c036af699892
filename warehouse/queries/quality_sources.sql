-- Grain: one outlet with an outcome in the 28 days up to a time, the most read first.
-- Parameter: the time. Counts are those of the last 24 hours; loaded_by_age are articles let
-- in, by how many times 24 hours ago.
with told as (
    select
        source_id, stage, outcome, reason,
        date_diff('second', happened_at, $1::timestamptz) // 86400 as age,
        stage = 'article' and outcome = 'loaded' as is_loaded
    from ops.outcomes
    where source_id is not null
    and happened_at > $1::timestamptz - interval 28 days
    and happened_at <= $1::timestamptz
)
select
    told.source_id,
    coalesce(any_value(sources.name), told.source_id) as source,
    count(*) filter (where age = 0 and is_loaded and reason <> 'marked') as accepted,
    count(*) filter (where age = 0 and is_loaded and reason = 'marked') as marked,
    count(*) filter (where age = 0 and stage = 'article' and outcome = 'quarantined')
        as quarantined,
    count(*) filter (where age = 0 and stage = 'article' and outcome in ('failed', 'given_up'))
        as failed,
    count(*) filter (where age = 0 and stage = 'entry' and outcome = 'quarantined')
        as entries_quarantined,
    histogram(age) filter (where is_loaded) as loaded_by_age
from told
left join news.sources as sources on sources.source_id = told.source_id
group by told.source_id
order by count(*) filter (where age = 0 and stage = 'article') desc, source;
