-- What was decided on records kept aside.
-- Applied once and never edited: a change is a new file.

create table ops.quarantine_decisions (
    quarantine_id varchar not null,
    decision varchar not null,
    decided_at timestamptz not null,
    decided_by varchar not null,
    why varchar not null,
    run_id varchar not null,
    load_id varchar not null
);
comment on table ops.quarantine_decisions is
    'What was decided on quarantined records, by whom and why; the last decides their status. Grain: one decision on one record.';
comment on column ops.quarantine_decisions.quarantine_id is
    'The record: ops.quarantine.';
comment on column ops.quarantine_decisions.decision is
    'release (let in as it is), retry (let in because it passes today''s rules) or discard (left out for good).';
comment on column ops.quarantine_decisions.decided_at is
    'When.';
comment on column ops.quarantine_decisions.decided_by is
    'Who.';
comment on column ops.quarantine_decisions.why is
    'Why, in words.';
comment on column ops.quarantine_decisions.run_id is
    'Run that carried it out: ops.runs.';
comment on column ops.quarantine_decisions.load_id is
    'Load that carried it out: ops.loads.';

comment on column ops.quarantine.status is
    'held, released or discarded: see ops.quarantine_decisions.';
comment on column ops.loads.kind is
    'polls, articles or quarantine.';
comment on column ops.runs.kind is
    'ingest, backfill, reprocess, upkeep, quarantine and so on.';
