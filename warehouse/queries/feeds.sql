-- Grain: one subscription. Parameter: whether active ones alone.
select feed_id, source_id, url, title, category, is_active
from news.feeds
where is_active or not $1
order by feed_id;
