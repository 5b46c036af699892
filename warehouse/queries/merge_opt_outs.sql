-- Grain: one signal of one host, by where it stands.
merge into ops.opt_outs as target
using staged_opt_outs as staged
on target.host = staged.host and target.origin = staged.origin and target.signal = staged.signal
when matched and (
    staged.last_seen_at > target.last_seen_at
) then update set
    source_id = staged.source_id,
    evidence = staged.evidence,
    exchange_id = staged.exchange_id,
    last_seen_at = staged.last_seen_at,
    load_id = staged.load_id
when matched and (
    staged.first_seen_at < target.first_seen_at
) then update set
    first_seen_at = staged.first_seen_at
when not matched then insert (
    source_id, host, origin, signal, evidence, exchange_id, first_seen_at, last_seen_at, load_id
) values (
    staged.source_id, staged.host, staged.origin, staged.signal, staged.evidence,
    staged.exchange_id, staged.first_seen_at, staged.last_seen_at, staged.load_id
);
