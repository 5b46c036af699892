-- Grain: one record kept aside, the last first. Parameters, each an empty list or null for any:
-- beginnings of ids, statuses, rules, source_ids, subjects, since, until; how many.
select
    quarantine_id, subject, source_id, url, rule_ids, severity, reason, status,
    first_quarantined_at, last_quarantined_at,
    coalesce(record ->> 'headline', record ->> 'title') as title
from ops.quarantine
where
    (len($1::varchar[]) = 0 or len(list_filter(
        $1::varchar[], lambda beginning: starts_with(quarantine_id, beginning)
    )) > 0)
    and (len($2::varchar[]) = 0 or list_contains($2::varchar[], status))
    and (len($3::varchar[]) = 0 or list_has_any(rule_ids, $3::varchar[]))
    and (len($4::varchar[]) = 0 or list_contains($4::varchar[], source_id))
    and (len($5::varchar[]) = 0 or list_contains($5::varchar[], subject))
    and ($6::timestamptz is null or last_quarantined_at >= $6)
    and ($7::timestamptz is null or last_quarantined_at < $7)
order by last_quarantined_at desc, quarantine_id
limit $8;
