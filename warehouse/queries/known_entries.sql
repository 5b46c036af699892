-- Grain: one known entry of those asked for.
select entry_id, title, url, updated_at
from news.entries
semi join asked_keys on asked_keys.key = entries.entry_id;
