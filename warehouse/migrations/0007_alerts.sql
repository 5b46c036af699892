-- What was unusual of which outlet, and from when to when.
-- Applied once and never edited: a change is a new file.

create table ops.alerts (
    source_id varchar not null,
    signal varchar not null,
    reason varchar not null,
    value double not null,
    usual double,
    low double,
    high double,
    items bigint not null,
    numbers varchar not null,
    began_at timestamptz not null,
    ended_at timestamptz,
    run_id varchar not null
);
comment on table ops.alerts is
    'Spells in which an outlet was out of its bounds, as runs found them: what report.source_alerts told then. Runs look once an hour. Grain: one outlet, signal and spell.';
comment on column ops.alerts.source_id is
    'Outlet: news.sources.';
comment on column ops.alerts.signal is
    'What is unusual: as in report.source_alerts.';
comment on column ops.alerts.reason is
    'not_asked, feed (it fails, or repeats itself), block, failure, extraction or lull, as last found.';
comment on column ops.alerts.value is
    'Value when last found.';
comment on column ops.alerts.usual is
    'Value of the 28 days before; null where bounds are the same for all.';
comment on column ops.alerts.low is
    'Least value that is as usual; null where there is none.';
comment on column ops.alerts.high is
    'Greatest value that is as usual; null where there is none.';
comment on column ops.alerts.items is
    'Items that the value is taken from.';
comment on column ops.alerts.numbers is
    'What the reason was read from.';
comment on column ops.alerts.began_at is
    'When it was first found.';
comment on column ops.alerts.ended_at is
    'When it was found to be over; null while it stands.';
comment on column ops.alerts.run_id is
    'Run that first found it: ops.runs.';
