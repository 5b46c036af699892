-- Grain: one row per table.
select 'sources' as counted, count(*) as rows from news.sources
union all select 'feeds', count(*) from news.feeds
union all select 'active_feeds', count(*) from news.feeds where is_active
union all select 'entries', count(*) from news.entries
union all select 'articles', count(*) from news.articles
union all select 'article_versions', count(*) from news.article_versions
union all select 'exchanges', count(*) from ops.exchanges
union all select 'quarantined', count(*) from ops.quarantine where status = 'held'
union all select 'work_in_hand', count(*) from ops.work_in_hand
union all select 'loads', count(*) from ops.loads
union all select 'runs', count(*) from ops.runs;
