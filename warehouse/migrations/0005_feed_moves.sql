-- What happened to the addresses of feeds.
-- Applied once and never edited: a change is a new file.

create table ops.feed_moves (
    feed_id varchar not null,
    event varchar not null,
    from_url varchar not null,
    to_url varchar,
    why varchar not null,
    moved_at timestamptz not null,
    exchange_id varchar not null,
    run_id varchar not null,
    load_id varchar not null
);
comment on table ops.feed_moves is
    'What happened to the addresses of feeds; those under which each was polled are in news.feed_urls. Grain: one event of one feed.';
comment on column ops.feed_moves.feed_id is
    'The feed: news.feeds.';
comment on column ops.feed_moves.event is
    'redirected (permanently, not proven yet), adopted (proven: asked there from now on), doubted (another feed was there), withdrawn (redirected no more), returned (the new address is lost: asked at the old one) or gone (410).';
comment on column ops.feed_moves.from_url is
    'Address that was asked.';
comment on column ops.feed_moves.to_url is
    'Address that it led to; null where the feed is gone.';
comment on column ops.feed_moves.why is
    'The evidence, in words.';
comment on column ops.feed_moves.moved_at is
    'When.';
comment on column ops.feed_moves.exchange_id is
    'Exchange that shows it: ops.exchanges.';
comment on column ops.feed_moves.run_id is
    'Run: ops.runs.';
comment on column ops.feed_moves.load_id is
    'Load that wrote it: ops.loads.';
