-- Grain: one day (UTC) on which articles were read, of the 28 days up to a time. Parameter: the time.
select
    (happened_at at time zone 'UTC')::date as day,
    count(*) filter (where outcome = 'loaded' and reason <> 'marked') as accepted,
    count(*) filter (where outcome = 'loaded' and reason = 'marked') as marked,
    count(*) filter (where outcome = 'quarantined') as quarantined,
    count(*) filter (where outcome in ('failed', 'given_up')) as failed
from ops.outcomes
where stage = 'article'
    and happened_at > $1::timestamptz - interval 28 days
    and happened_at <= $1::timestamptz
group by day
order by day;
