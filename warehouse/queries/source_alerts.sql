-- Grain: one outlet and signal out of its bounds, the outlets that bring most first.
-- ``since`` is null where no run has found it yet.
select
    found.source_id, found.source, found.signal, found.reason, found.value, found.usual,
    found.low, found.high, found.items, found.numbers, known.began_at as since
from report.source_alerts as found
left join ops.alerts as known
    on known.source_id = found.source_id and known.signal = found.signal
    and known.ended_at is null
order by max(found.items) over (partition by found.source_id) desc, found.source_id, found.signal;
