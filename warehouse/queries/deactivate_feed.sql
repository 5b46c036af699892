-- Grain: one subscription. Parameters: feed_id, time.
update news.feeds set is_active = false, changed_at = $2
where feed_id = $1 and is_active;
