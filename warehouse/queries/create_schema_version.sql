-- Grain: one row per migration, and one for all views together.
create schema if not exists ops;
create table if not exists ops.schema_version (
    name varchar primary key,
    checksum varchar not null,
    applied_at timestamptz not null
);
comment on table ops.schema_version is
    'Migrations applied to this file. Grain: one migration; the row `views` stands for all views.';
comment on column ops.schema_version.name is 'Name of the migration''s file, without .sql.';
comment on column ops.schema_version.checksum is 'SHA-256 of its text.';
comment on column ops.schema_version.applied_at is 'When it was applied.';
