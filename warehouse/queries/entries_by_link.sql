-- Grain: one feed and link of those asked for: the entry that was seen first with it.
select feed_id, canonical_url, entry_id, guid
from news.entries
semi join asked_keys on asked_keys.key = entries.canonical_url
qualify row_number() over (
    partition by feed_id, canonical_url order by first_seen_at, entry_id
) = 1;
