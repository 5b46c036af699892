-- Grain: one rule that records of one outlet broke in the 24 hours up to a time ($1).
with hits as (
    select hits.rule_id, held.source_id, held.quarantine_id as record
    from ops.quarantine as held
    join ops.quarantine_hits as hits using (quarantine_id)
    where held.last_quarantined_at > $1::timestamptz - interval 24 hours
    union all
    select marks.rule_id, coalesce(versions.source_id, entries.source_id), marks.subject_id
    from ops.marks as marks
    join ops.runs as runs on runs.run_id = marks.run_id
        and runs.started_at > $1::timestamptz - interval 24 hours
    left join news.article_versions as versions on versions.version_id = marks.subject_id
    left join news.entries as entries on entries.entry_id = marks.subject_id
)
select
    hits.rule_id, hits.source_id, coalesce(any_value(sources.name), hits.source_id) as source,
    count(distinct hits.record) as records
from hits
left join news.sources as sources on sources.source_id = hits.source_id
where hits.source_id is not null
group by hits.rule_id, hits.source_id
order by records desc, hits.rule_id, source;
