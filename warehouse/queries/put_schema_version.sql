-- Grain: one row per migration. Parameters: name, checksum.
insert or replace into ops.schema_version (name, checksum, applied_at)
values ($1, $2, now());
