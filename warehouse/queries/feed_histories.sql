-- Grain: one feed that was polled. Failures since its last poll that did not fail; items of the
-- document that was read last. Its archive pages and sitemaps say nothing of how it is.
select
    polls.item_id as feed_id,
    count(*) filter (
        where polls.outcome = 'failed' and polls.happened_at > coalesce(good.last_at, '-infinity')
    ) as failing_polls,
    coalesce(any_value(documents.items), 0) as items
from ops.outcomes as polls
left join (
    select item_id, max(happened_at) as last_at
    from ops.outcomes
    where stage = 'poll' and outcome <> 'failed' and not starts_with(reason, 'document_')
    group by item_id
) as good on good.item_id = polls.item_id
left join (
    select feed_id, arg_max(items, parsed_at) as items
    from ops.parses
    where format not in ('', 'sitemapindex')
    group by feed_id
) as documents on documents.feed_id = polls.item_id
where polls.stage = 'poll' and not starts_with(polls.reason, 'document_')
group by polls.item_id;
