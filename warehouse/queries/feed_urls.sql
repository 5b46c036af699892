-- Grain: one address under which a feed was polled, the last first. Parameter: a feed_id.
select url, first_polled_at, last_polled_at
from news.feed_urls
where feed_id = $1
order by last_polled_at desc;
