-- Grain: one archived page whose article another version of the code last read.
-- Parameters: the version of the code, list of source_id (empty: all).
select
    exchanges.requested_url, exchanges.exchange_id, last_read.source_id, wants.entry_id,
    wants.feed_id, exchanges.archive_file, exchanges.archive_offset, exchanges.archive_length
from (
    select
        exchange_id,
        arg_max(item_id, (happened_at, load_id)) as want_id,
        arg_max(source_id, (happened_at, load_id)) as source_id,
        arg_max(run_id, (happened_at, load_id)) as run_id
    from ops.outcomes
    where stage = 'article'
    group by exchange_id
) as last_read
join ops.exchanges using (exchange_id)
join ops.runs on runs.run_id = last_read.run_id
left join ops.wants on wants.want_id = last_read.want_id
where runs.code_version <> $1
    and exchanges.archive_file is not null
    and (len($2::varchar[]) = 0 or list_contains($2::varchar[], last_read.source_id))
order by exchanges.archive_file, exchanges.archive_offset;
