-- Grain: one outlet and signal that one run ($1) was the first to find out of bounds.
select
    alerts.source_id, coalesce(sources.name, alerts.source_id) as source, alerts.signal,
    alerts.reason, alerts.value, alerts.usual, alerts.low, alerts.high, alerts.items,
    alerts.numbers, alerts.began_at as since
from ops.alerts as alerts
left join news.sources as sources on sources.source_id = alerts.source_id
where alerts.run_id = $1
order by alerts.source_id, alerts.signal;
