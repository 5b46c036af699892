-- Grain: one item with an outcome at a stage, by one of the exchanges asked for.
-- Parameter: stage.
select distinct exchange_id, item_id
from ops.outcomes
semi join asked_keys on asked_keys.key = outcomes.exchange_id
where stage = $1;
