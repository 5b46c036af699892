-- Grain: one outlet and signal out of its bounds, the furthest from the usual first.
select signal, source, reason, value, usual, low, high, numbers
from report.source_alerts
order by signal, items desc, source;
