-- Grain: one feed of asked_keys that has entries: the page that the newest of them leads to.
select feed_id, arg_max(url, first_seen_at)
from news.entries
where feed_id in (select key from asked_keys) and url is not null
group by feed_id;
