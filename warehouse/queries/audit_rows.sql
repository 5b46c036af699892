-- Grain: one row: how many items a run ($1) and those begun after it left unaccounted for.
select count(*) as audit_rows from report.outcome_audit_from($1);
