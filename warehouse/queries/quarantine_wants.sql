-- Grain: one page that was wanted and turned out to be a record kept aside, of those asked for,
-- with the exchange that it last came in.
select
    told.quarantine_id, told.exchange_id as came_in, wants.want_id, wants.url, wants.source_id,
    wants.reason, wants.entry_id, wants.feed_id, wants.lane, wants.exchange_id
from (
    select quarantine_id, item_id, arg_max(exchange_id, (happened_at, load_id)) as exchange_id
    from ops.outcomes
    semi join asked_keys on asked_keys.key = outcomes.quarantine_id
    where stage = 'article'
    group by quarantine_id, item_id
) as told
join ops.wants as wants on wants.want_id = told.item_id
order by told.quarantine_id, wants.wanted_at, wants.want_id;
