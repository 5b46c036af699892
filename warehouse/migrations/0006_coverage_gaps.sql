-- What rolled off feeds between two polls.
-- Applied once and never edited: a change is a new file.

create table ops.coverage_gaps (
    gap_id varchar not null,
    feed_id varchar not null,
    source_id varchar not null,
    kind varchar not null,
    from_at timestamptz,
    to_at timestamptz not null,
    found_at timestamptz not null,
    exchange_id varchar,
    site_url varchar,
    lane varchar not null,
    status varchar not null,
    how varchar not null,
    reached_at timestamptz,
    urls varchar[] not null,
    entries integer not null,
    settled_at timestamptz,
    load_id varchar not null
);
comment on table ops.coverage_gaps is
    'Stretches of time of which a feed showed nothing, because entries came and went between two polls; and those that an operator asked for. Grain: one stretch of one feed.';
comment on column ops.coverage_gaps.gap_id is
    'Id made from the feed and the exchange or backfill.';
comment on column ops.coverage_gaps.feed_id is
    'The feed: news.feeds.';
comment on column ops.coverage_gaps.source_id is
    'Outlet of the feed: news.sources.';
comment on column ops.coverage_gaps.kind is
    'rolled_off (found by a poll) or asked (for, by a backfill of the feed).';
comment on column ops.coverage_gaps.from_at is
    'Where it begins: the newest entry seen before, or the last time that a document came where entries have no dates; null: as far back as there is anything.';
comment on column ops.coverage_gaps.to_at is
    'Where it ends: the oldest new entry of the poll that found it.';
comment on column ops.coverage_gaps.found_at is
    'When it was found.';
comment on column ops.coverage_gaps.exchange_id is
    'Poll that shows it: ops.exchanges.';
comment on column ops.coverage_gaps.site_url is
    'A page of the outlet: the robots.txt of its host names the sitemaps.';
comment on column ops.coverage_gaps.lane is
    'Whose work the pages of its entries are: live, or one backfill''s.';
comment on column ops.coverage_gaps.status is
    'open, filled or unfillable.';
comment on column ops.coverage_gaps.how is
    'How it was filled, or why it could not be, in words.';
comment on column ops.coverage_gaps.reached_at is
    'How far back the documents go that were read for it.';
comment on column ops.coverage_gaps.urls is
    'Documents asked for to fill it: archive pages and sitemaps.';
comment on column ops.coverage_gaps.entries is
    'New entries that they brought.';
comment on column ops.coverage_gaps.settled_at is
    'When it was filled or given up.';
comment on column ops.coverage_gaps.load_id is
    'Load that last wrote it: ops.loads; the id of the run where none did.';
