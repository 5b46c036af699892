-- Grain: one run, the last begun first. Parameters: how many; a run_id, or null for any.
select
    runs.run_id, runs.kind, runs.status, runs.started_at, runs.ended_at,
    count(outcomes.item_id) filter (
        where outcomes.stage = 'article' and outcomes.outcome = 'loaded'
    ) as loaded
from ops.runs as runs
left join ops.outcomes as outcomes using (run_id)
where $2::varchar is null or runs.run_id = $2
group by all
order by runs.started_at desc, runs.run_id desc
limit $1;
