-- Grain: one version of an article. Parameters: since (null: any), list of source_id (empty: all).
select version_id
from news.article_versions
where ($1::timestamptz is null or last_seen_at >= $1)
    and (len($2::varchar[]) = 0 or list_contains($2::varchar[], source_id))
order by version_id;
