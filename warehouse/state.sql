-- The work in hand and what is remembered of feeds and hosts. Version 6.
-- Columns *_at are microseconds since 1970-01-01 UTC, null where there is no such moment.

-- Grain: one row per run that was begun and not ended. It is alive while its lock file is held.
create table if not exists runs (
    run_id   text primary key,
    kind     text not null,
    begun_at integer not null
) without rowid;

-- Grain: one row per feed that was ever polled.
create table if not exists feeds (
    feed_id        text primary key,
    url            text not null,
    etag           text,
    last_modified  text,
    body_hash      text,
    polled_at      integer,
    changed_at     integer,
    full_fetch_at  integer,
    due_at         integer,
    due_reason     text not null,
    retry_after_at integer,
    status         integer,
    problem        text,
    failures       real not null,
    polls          integer not null,
    unmodified_at  integer,
    distrusted_at  integer,
    declared_minutes integer,
    skip_hours     text not null default '[]', -- JSON, as skip_days and marks
    skip_days      text not null default '[]',
    newest_at      integer,
    marks          text not null default '[]',
    older_url      text,
    moving_to      text,
    moving_at      integer,
    moving_polls   integer not null default 0,
    interval_minutes real
) without rowid;

-- Grain: one row per feed that a run has taken for itself.
create table if not exists feed_claims (
    feed_id text primary key,
    run_id  text not null
) without rowid;

-- Grain: one row per poll that is archived and not yet parsed and loaded.
create table if not exists polls (
    exchange_id  text primary key,
    feed_id      text not null,
    run_id       text not null,
    fetched_at   integer not null,
    place_file   text not null,
    place_offset integer not null,
    place_length integer not null,
    document_id  text -- set where it is a further document of the feed
) without rowid;

create index if not exists polls_of_feed on polls (feed_id);

-- Grain: one row per further document of a feed that is wanted: an archive page, a sitemap.
create table if not exists documents (
    document_id text primary key,
    feed_id     text not null, -- whose entries it holds
    url         text not null,
    lane        text not null, -- whose work its entries' pages are
    gap_id      text,          -- the gap that it may fill
    since_at    integer,       -- entries before are left out
    until_at    integer,       -- entries after are left out
    attempts    integer not null,
    next_try_at integer not null
) without rowid;

create index if not exists documents_of_gap on documents (gap_id);

-- Grain: one row per page that is wanted and not finished.
create table if not exists wants (
    number       integer primary key,
    want_id      text not null unique,
    url          text not null,
    url_key      text not null, -- equal for wants that one request answers
    host         text not null,
    source_id    text not null,
    reason       text not null,
    entry_id     text,
    feed_id      text,
    lane         text not null, -- whose work it is: the live walk's, or one backfill's
    attempts     integer not null,
    next_try_at  integer not null,
    last_problem text,
    claimed_by   text,          -- run_id
    exchange_id  text,
    place_file   text,          -- set, with its two neighbours, once the page is archived
    place_offset integer,
    place_length integer,
    waits        integer not null default 0 -- tries at which it could not even be asked for
);

create index if not exists wants_to_fetch on wants (lane, host, next_try_at, number)
where claimed_by is null and place_file is null;
create index if not exists wants_archived on wants (lane, number)
where claimed_by is null and place_file is not null;
create index if not exists wants_claimed on wants (claimed_by) where claimed_by is not null;
create index if not exists wants_of_url on wants (url_key);

-- Grain: one row per finished want, kept for a time so that it does not come back.
create table if not exists finished_wants (
    want_id     text primary key,
    finished_at integer not null
) without rowid;

create index if not exists finished_wants_by_time on finished_wants (finished_at);

-- Grain: one row per host that last complained of too many requests: until when it meant it.
create table if not exists complaints (
    host          text primary key,
    domain        text not null,
    complained_at integer not null,
    until_at      integer not null
) without rowid;

create index if not exists complaints_of_domain on complaints (domain);

-- Grain: one row per host that was ever asked; per domain (*.a.example) and address (@192.0.2.1).
create table if not exists hosts (
    host                text primary key,
    free_at             integer,
    retry_after_at      integer,
    crawl_delay_seconds real,
    requests            integer not null default 0,
    payload_bytes       integer not null default 0
) without rowid;

-- Grain: one row per document that speaks for an origin (scheme, host, port): robots.txt, tdmrep.json.
create table if not exists origin_documents (
    origin              text not null,
    kind                text not null,
    host                text not null, -- as in hosts
    body                blob,
    status              integer,
    expires_at          integer,
    exchange_id         text,
    fetched_at          integer,
    crawl_delay_seconds real,
    primary key (origin, kind)
) without rowid;

create index if not exists origin_documents_of_host on origin_documents (host);
-- Those whose robots.txt has our name in it: hardly any, and asked for in each run.
create index if not exists origin_documents_naming_us on origin_documents (origin)
where kind = 'robots' and instr(lower(cast(body as text)), 'copytaster') > 0;
