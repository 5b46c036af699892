-- Grain: one version of those asked for that was kept aside and then released.
select subject_id
from ops.quarantine
semi join asked_keys on asked_keys.key = quarantine.subject_id
where subject = 'article' and status = 'released';
