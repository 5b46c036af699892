-- Grain: one signal: how many outlets it was taken of, and how many are out of their bounds.
select
    signal, count(*) as outlets,
    count(*) filter (where value < low or value > high) as outside
from report.source_signals
group by signal;
