-- Grain: one rule that was run in the 28 days up to a time. Parameter: the time.
with aged as (
    select
        suite, rule_id, date_diff('second', checked_at, $1::timestamptz) // 86400 as age, checked_at,
        max_by(severity, checked_at) as severity,
        sum(rows) as rows, sum(failed_rows) as failed_rows
    from ops.validation_results
    where checked_at > $1::timestamptz - interval 28 days
    group by suite, rule_id, age, checked_at
)
select
    suite, rule_id,
    max_by(severity, checked_at) as severity,
    coalesce(sum(rows) filter (where age <= 0), 0)::bigint as rows,
    coalesce(sum(failed_rows) filter (where age <= 0), 0)::bigint as failed_rows,
    sum(rows)::bigint as month_rows,
    sum(failed_rows)::bigint as month_failed_rows,
    max_by(failed_rows, checked_at)::bigint as last_failed_rows,
    max(checked_at) as last_checked_at,
    list({'age': greatest(age, 0), 'failed_rows': failed_rows::bigint}) filter (where failed_rows > 0)
        as failed_by_age
from aged
group by suite, rule_id
order by suite, failed_rows desc, month_failed_rows desc, rule_id;
