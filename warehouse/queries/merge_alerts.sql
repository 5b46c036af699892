-- Grain: one outlet and signal out of bounds. One that stands already keeps its beginning.
merge into ops.alerts as target
using staged_alerts as staged
on target.source_id = staged.source_id and target.signal = staged.signal
    and target.ended_at is null
when matched then update set
    reason = staged.reason,
    value = staged.value,
    usual = staged.usual,
    low = staged.low,
    high = staged.high,
    items = staged.items,
    numbers = staged.numbers
when not matched then insert (
    source_id, signal, reason, value, usual, low, high, items, numbers, began_at, ended_at, run_id
) values (
    staged.source_id, staged.signal, staged.reason, staged.value, staged.usual, staged.low,
    staged.high, staged.items, staged.numbers, staged.began_at, null, staged.run_id
);
