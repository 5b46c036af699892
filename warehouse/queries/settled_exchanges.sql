-- Grain: one page exchange of those asked for that came to an end, good or bad.
select distinct exchange_id
from ops.outcomes
semi join asked_keys on asked_keys.key = outcomes.exchange_id
where stage = 'article' and outcome <> 'failed' or stage = 'page' and outcome = 'given_up';
