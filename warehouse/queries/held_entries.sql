-- Grain: one staged entry that is known. Found by its key alone, then read: each look-up of keys
-- goes through those of all rows.
create or replace temp table held_entries as
select rowid as held_row, entry_id, article_id, state_hash, first_seen_at, last_seen_at
from news.entries
where rowid in (
    select entries.rowid
    from news.entries
    semi join staged_entries using (entry_id)
);
