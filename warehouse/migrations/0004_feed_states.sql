-- What is remembered of feeds and hosts, whole.
-- Applied once and never edited: a change is a new file.

alter table ops.feed_state add column unmodified_at timestamptz;
alter table ops.feed_state add column distrusted_at timestamptz;
alter table ops.feed_state add column declared_minutes integer;
alter table ops.feed_state add column skip_hours integer[];
alter table ops.feed_state add column skip_days varchar[];
alter table ops.feed_state add column newest_at timestamptz;
alter table ops.feed_state add column older_url varchar;
alter table ops.feed_state add column moving_to varchar;
alter table ops.feed_state add column moving_at timestamptz;
alter table ops.feed_state add column moving_polls integer;
comment on column ops.feed_state.unmodified_at is
    'When it last answered 304.';
comment on column ops.feed_state.distrusted_at is
    'When its validators were last caught lying; they are not sent for 30 days after.';
comment on column ops.feed_state.declared_minutes is
    'Minutes between updates that its last document declares: ttl or sy:updatePeriod.';
comment on column ops.feed_state.skip_hours is
    'Hours (GMT) in which it does not want to be polled.';
comment on column ops.feed_state.skip_days is
    'Days (GMT) on which it does not want to be polled.';
comment on column ops.feed_state.newest_at is
    'Date of the newest entry that it showed last.';
comment on column ops.feed_state.older_url is
    'Where older entries are, as its last document declares (RFC 5005).';
comment on column ops.feed_state.moving_to is
    'Where its permanent redirects lead, while it is not proven that the same feed is there.';
comment on column ops.feed_state.moving_at is
    'Since when they lead there.';
comment on column ops.feed_state.moving_polls is
    'Polls that found the same feed there.';

alter table ops.host_state add column robots_exchange_id varchar;
alter table ops.host_state add column robots_at timestamptz;
comment on column ops.host_state.robots_exchange_id is
    'Exchange that robots.txt came in, as it is named in the archive.';
comment on column ops.host_state.robots_at is
    'When robots.txt came.';
