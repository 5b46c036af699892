-- Grain: one subscription of asked_keys, active or not.
select feed_id, source_id, url, title, category, is_active, is_tls_unchecked
from news.feeds
where feed_id in (select key from asked_keys);
