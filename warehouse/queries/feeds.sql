-- Grain: one subscription. Parameter: whether active ones alone. Left out: asked_keys.
select feed_id, source_id, url, title, category, is_active, is_tls_unchecked
from news.feeds
where (is_active or not $1) and feed_id not in (select key from asked_keys)
order by feed_id;
