-- Grain: one entry. Parameters: since (null: any), list of source_id (empty: all).
select entry_id
from news.entries
where ($1::timestamptz is null or last_seen_at >= $1)
    and (len($2::varchar[]) = 0 or list_contains($2::varchar[], source_id))
order by entry_id;
