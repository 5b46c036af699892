-- Grain: one page wanted on one occasion.
-- A known want learns of the exchange that its page came in.
merge into ops.wants as target
using staged_wants as staged
on target.want_id = staged.want_id
when matched and (
    staged.exchange_id is distinct from target.exchange_id and staged.exchange_id is not null
) then update set
    exchange_id = staged.exchange_id
when not matched then insert (
    want_id, url, entry_id, feed_id, source_id, reason, lane, wanted_at, run_id, load_id,
    exchange_id
) values (
    staged.want_id, staged.url, staged.entry_id, staged.feed_id, staged.source_id,
    staged.reason, staged.lane, staged.wanted_at, staged.run_id, staged.load_id,
    staged.exchange_id
);
