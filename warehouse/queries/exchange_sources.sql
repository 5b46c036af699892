-- Grain: one exchange without an outlet of this load: a feed's is that of its subscription.
update ops.exchanges as target set source_id = feeds.source_id
from staged_exchanges as staged, news.feeds as feeds
where target.exchange_id = staged.exchange_id and feeds.feed_id = staged.item_id
    and target.source_id is null;
