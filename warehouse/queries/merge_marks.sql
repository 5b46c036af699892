-- Grain: one rule broken by one record in one column. A mark that stays leaves its row untouched.
merge into ops.marks as target
using staged_marks as staged
on target.subject_id = staged.subject_id
    and target.rule_id = staged.rule_id
    and target.column_name = staged.column_name
when matched and (
    target.value <> staged.value or target.reason <> staged.reason or target.severity <> staged.severity
) then update set
    severity = staged.severity,
    reason = staged.reason,
    value = staged.value,
    run_id = staged.run_id
when not matched then insert (
    subject_id, rule_id, severity, reason, column_name, value, run_id
) values (
    staged.subject_id, staged.rule_id, staged.severity, staged.reason, staged.column_name,
    staged.value, staged.run_id
);
