-- Grain: one stage, outcome and reason of a run. Parameter: run_id.
-- Entries that came unchanged have no rows of their own: their count stands in ops.parses.
select stage, outcome, reason, count(*) as items
from ops.outcomes
where run_id = $1
group by all
union all by name
select 'entry' as stage, 'unchanged' as outcome, 'unchanged' as reason, sum(unchanged) as items
from ops.parses
where run_id = $1
having sum(unchanged) > 0
order by stage, outcome, items desc, reason;
