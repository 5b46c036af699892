-- Grain: one item entering one stage. A feed's outlet is looked up where no want tells it.
insert into ops.outcomes (
    stage, item_id, url, outcome, reason, detail, happened_at, exchange_id, feed_id, source_id,
    version_id, quarantine_id, run_id, load_id
)
select
    staged.stage, staged.item_id, staged.url, staged.outcome, staged.reason, staged.detail,
    staged.happened_at, staged.exchange_id, staged.feed_id, coalesce(staged.source_id,
    feeds.source_id) as source_id, staged.version_id, staged.quarantine_id, staged.run_id,
    staged.load_id
from staged_outcomes as staged
left join news.feeds using (feed_id);
