-- Grain: one record kept aside, however often it came. Its status is the operator's to change;
-- but an entry that was released and breaks rules again has changed since: it is held anew.
merge into ops.quarantine as target
using staged_quarantine as staged
on target.quarantine_id = staged.quarantine_id
when matched then update set
    first_quarantined_at = least(target.first_quarantined_at, staged.first_quarantined_at),
    last_quarantined_at = greatest(target.last_quarantined_at, staged.last_quarantined_at),
    item_id = staged.item_id,
    url = staged.url,
    source_id = staged.source_id,
    exchange_id = staged.exchange_id,
    run_id = staged.run_id,
    load_id = staged.load_id,
    rule_ids = staged.rule_ids,
    severity = staged.severity,
    reason = staged.reason,
    record = staged.record,
    status = case
        when target.status = 'released' and target.subject = 'entry' then 'held'
        else target.status
    end
when not matched then insert (
    quarantine_id, subject, subject_id, item_id, url, source_id, exchange_id, run_id, load_id,
    first_quarantined_at, last_quarantined_at, rule_ids, severity, reason, record, status
) values (
    staged.quarantine_id, staged.subject, staged.subject_id, staged.item_id, staged.url,
    staged.source_id, staged.exchange_id, staged.run_id, staged.load_id,
    staged.first_quarantined_at, staged.last_quarantined_at, staged.rule_ids, staged.severity,
    staged.reason, staged.record, staged.status
);
