-- Grain: one stretch of time of which one feed's entries were not all seen.
create view report.coverage_gap as
select
    coalesce(sources.name, gaps.source_id) as source,
    gaps.source_id,
    feeds.url as feed_url,
    gaps.from_at,
    gaps.to_at,
    (epoch(gaps.to_at - gaps.from_at) / 3600)::double as hours,
    gaps.kind = 'rolled_off' as is_certain,
    gaps.status,
    gaps.how as why,
    gaps.reached_at,
    gaps.entries as entries_recovered,
    gaps.found_at,
    gaps.gap_id,
    gaps.exchange_id
from ops.coverage_gaps as gaps
left join news.feeds as feeds on feeds.feed_id = gaps.feed_id
left join news.sources as sources on sources.source_id = gaps.source_id
where gaps.kind <> 'asked' and gaps.status <> 'filled';

comment on view report.coverage_gap is
    'Stretches of time of which a feed''s entries were not all seen, and that are not filled: within them, few articles are no proof of silence. All that were found: ops.coverage_gaps. Grain: one stretch of one feed.';
comment on column report.coverage_gap.source is
    'Name of the outlet.';
comment on column report.coverage_gap.source_id is
    'Id of the outlet: news.sources.';
comment on column report.coverage_gap.feed_url is
    'Address of the feed.';
comment on column report.coverage_gap.from_at is
    'Newest entry seen before the gap.';
comment on column report.coverage_gap.to_at is
    'Oldest entry seen after it.';
comment on column report.coverage_gap.hours is
    'Hours between.';
comment on column report.coverage_gap.is_certain is
    'Whether all that was seen before was gone; where not, entries leave the feed out of order, and others are likely to have come and gone.';
comment on column report.coverage_gap.status is
    'open (to be filled) or unfillable.';
comment on column report.coverage_gap.why is
    'Why it could not be filled.';
comment on column report.coverage_gap.reached_at is
    'How far back it was filled, from its end.';
comment on column report.coverage_gap.entries_recovered is
    'New entries that archives and sitemaps gave.';
comment on column report.coverage_gap.found_at is
    'When it was found.';
comment on column report.coverage_gap.gap_id is
    'Id of the gap: ops.coverage_gaps.';
comment on column report.coverage_gap.exchange_id is
    'Poll that shows it: ops.exchanges.';
