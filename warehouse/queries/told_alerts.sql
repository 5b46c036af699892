-- Grain: one outlet and signal out of bounds: what one run ($1) was the first to find,
-- or, without a run, what still stands.
select
    alerts.source_id, coalesce(sources.name, alerts.source_id) as source, alerts.signal,
    alerts.reason, alerts.value, alerts.usual, alerts.low, alerts.high, alerts.items,
    alerts.numbers, alerts.began_at as since
from ops.alerts as alerts
left join news.sources as sources on sources.source_id = alerts.source_id
where alerts.run_id = $1 or ($1 is null and alerts.ended_at is null)
order by alerts.source_id, alerts.signal;
