-- Grain: one page wanted on one occasion.
-- A known want learns of the exchange that its page came in.
merge into ops.wants as target
using (
    select staged.*, held.held_row
    from staged_wants as staged
    left join (
        select rowid as held_row, want_id from ops.wants semi join staged_wants using (want_id)
    ) as held using (want_id)
) as staged
on target.rowid = staged.held_row
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
