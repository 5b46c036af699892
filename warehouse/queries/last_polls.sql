-- Grain: one poll of a feed, the last first. Parameters: a feed_id; how many.
select
    exchanges.fetched_at as polled_at, exchanges.status, polls.outcome, polls.reason, polls.detail,
    exchanges.elapsed_ms, exchanges.payload_bytes, exchanges.final_url, parses.items,
    (
        select count(*) from ops.outcomes as entries
        where entries.stage = 'entry' and entries.reason = 'new'
        and entries.exchange_id = exchanges.exchange_id
    ) as new_entries,
    exchanges.run_id
from ops.exchanges as exchanges
inner join ops.outcomes as polls
    on polls.exchange_id = exchanges.exchange_id and polls.stage = 'poll'
left join ops.parses as parses
    on parses.exchange_id = exchanges.exchange_id and parses.load_id = polls.load_id
where exchanges.purpose = 'feed' and exchanges.item_id = $1
order by exchanges.fetched_at desc
limit $2;
