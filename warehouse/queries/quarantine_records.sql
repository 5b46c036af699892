-- Grain: one record kept aside of those asked for, whole, with the rules that it broke.
select
    held.quarantine_id, held.subject, held.subject_id, held.item_id, held.url, held.source_id,
    held.exchange_id, held.load_id, held.last_quarantined_at as at, held.status, held.record,
    list({
        'rule_id': hits.rule_id, 'reason': hits.reason, 'severity': hits.severity,
        'column': hits.column_name, 'value': hits.value
    } order by hits.rule_id, hits.column_name) filter (where hits.rule_id is not null) as hits
from ops.quarantine as held
semi join asked_keys on asked_keys.key = held.quarantine_id
left join ops.quarantine_hits as hits using (quarantine_id)
group by all
order by held.quarantine_id;
