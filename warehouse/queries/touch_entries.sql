-- Grain: one known entry that came again unchanged, as most do: only the time of its last sight
-- moves. A narrow update: the merge of all columns costs as much before it has read a row.
update news.entries as target set last_seen_at = staged.last_seen_at
from (
    select staged.first_seen_at, staged.last_seen_at, staged.state_hash, held.rowid as held_row
    from staged_entries as staged
    join news.entries as held using (entry_id)
) as staged
where target.rowid = staged.held_row
    and target.state_hash = staged.state_hash
    and target.first_seen_at <= staged.first_seen_at
    and target.last_seen_at < staged.last_seen_at;
