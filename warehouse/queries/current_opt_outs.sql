-- Grain: one host that objects now: its signals, by name.
select host, list(distinct signal order by signal)
from report.opt_out
where is_current
group by host;
