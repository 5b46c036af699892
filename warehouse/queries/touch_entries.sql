-- Grain: one known entry that came again unchanged, as most do: only the time of its last sight
-- moves. A narrow update: the merge of all columns costs as much before it has read a row.
update news.entries as target set last_seen_at = again.last_seen_at
from (
    select held.held_row, staged.last_seen_at
    from staged_entries as staged
    join held_entries as held using (entry_id)
    where held.state_hash = staged.state_hash
        and held.first_seen_at <= staged.first_seen_at
        and held.last_seen_at < staged.last_seen_at
) as again
where target.rowid = again.held_row;
