-- Grain: one known entry of those asked for; found by its key alone, then read.
select entry_id, title, url, updated_at
from news.entries
where rowid in (
    select entries.rowid
    from news.entries
    semi join asked_keys on asked_keys.key = entries.entry_id
);
