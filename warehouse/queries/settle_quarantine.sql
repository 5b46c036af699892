-- Grain: one record kept aside that was decided on.
update ops.quarantine as target set
    status = case staged.decision when 'discard' then 'discarded' else 'released' end
from staged_quarantine_decisions as staged
where target.quarantine_id = staged.quarantine_id;
