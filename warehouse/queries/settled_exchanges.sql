-- Grain: one page exchange of those asked for whose article is in the tables, or in quarantine.
select distinct exchange_id
from ops.outcomes
semi join asked_keys on asked_keys.key = outcomes.exchange_id
where stage = 'article'
    and outcome in ('loaded', 'unchanged', 'duplicate', 'quarantined');
