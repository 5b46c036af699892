-- Grain: one alert that stands and was not found again. Parameter: the time.
update ops.alerts
set ended_at = $1
where ended_at is null and not exists (
    select 1 from staged_alerts as staged
    where staged.source_id = alerts.source_id and staged.signal = alerts.signal
);
