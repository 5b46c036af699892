-- Objections to text and data mining and to use by AI, as outlets declare them.
-- Applied once and never edited: a change is a new file.

create table ops.opt_outs (
    source_id varchar not null,
    host varchar not null,
    origin varchar not null,
    signal varchar not null,
    evidence varchar not null,
    exchange_id varchar,
    first_seen_at timestamptz not null,
    last_seen_at timestamptz not null,
    load_id varchar not null
);
comment on table ops.opt_outs is
    'Declared objections to text and data mining and to use by AI, with what follows from them set in settings.toml (on_opt_out). Grain: one signal of one host, by where it stands.';
comment on column ops.opt_outs.source_id is
    'Outlet: news.sources.';
comment on column ops.opt_outs.host is
    'Host that declares it.';
comment on column ops.opt_outs.origin is
    'robots (robots.txt, for the whole site), header (of an answer) or meta (of a page).';
comment on column ops.opt_outs.signal is
    'The crawler kept out (GPTBot and the like), or the word used: tdm-reservation, noai, noimageai, ai-train and so on.';
comment on column ops.opt_outs.evidence is
    'What says so, as last seen; for an answer with its address.';
comment on column ops.opt_outs.exchange_id is
    'Exchange that last showed it: ops.exchanges for feeds and pages, the archive for robots.txt.';
comment on column ops.opt_outs.first_seen_at is
    'When it was first seen.';
comment on column ops.opt_outs.last_seen_at is
    'When it was last seen.';
comment on column ops.opt_outs.load_id is
    'Load that last wrote it: ops.loads.';
