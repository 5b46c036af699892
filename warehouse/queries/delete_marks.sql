-- Grain: one rule broken by one record in one column. Marks that a record no longer bears go.
delete from ops.marks as kept using staged_subjects as staged
where kept.subject_id = staged.subject_id
    and not exists (
        from staged_marks as marks
        where marks.subject_id = kept.subject_id and marks.rule_id = kept.rule_id
            and marks.column_name = kept.column_name
    );
