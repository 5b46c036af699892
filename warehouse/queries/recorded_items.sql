-- Grain: one item of a stage that has an outcome from one of some exchanges ($1: stage).
select distinct outcomes.item_id, outcomes.exchange_id
from ops.outcomes as outcomes
join asked_keys on asked_keys.key = outcomes.exchange_id
where outcomes.stage = $1;
