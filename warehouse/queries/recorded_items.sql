-- Grain: one item of a stage ($1) that has an outcome from one of some exchanges, none of which
-- took place before a time ($2): an outcome is no older than its exchange.
select distinct outcomes.item_id, outcomes.exchange_id
from ops.outcomes as outcomes
join asked_keys on asked_keys.key = outcomes.exchange_id
where outcomes.stage = $1 and outcomes.happened_at >= $2;
