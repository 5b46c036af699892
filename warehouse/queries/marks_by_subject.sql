-- Grain: one record of those asked for that bears marks.
select
    subject_id, list(distinct rule_id order by rule_id) as rule_ids,
    bool_or(severity = 'critical') as is_let_in_by_hand
from ops.marks
semi join asked_keys on asked_keys.key = marks.subject_id
group by subject_id;
