-- Grain: one outlet and signal out of its bounds, the furthest from the usual first.
select source_id, source, signal, reason, value, usual, low, high, items, numbers
from report.source_alerts
order by signal, items desc, source;
