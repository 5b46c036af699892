-- Grain: one row.
select count(*) from report.outcome_audit;
