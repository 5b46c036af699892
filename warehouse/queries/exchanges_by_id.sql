-- Grain: one exchange of those asked for.
select
    exchange_id, run_id, purpose, requested_url, final_url, fetched_at, elapsed_ms, status, reason,
    payload_bytes, payload_hash, is_tls_unchecked, archive_file, archive_offset, archive_length
from ops.exchanges
semi join asked_keys on asked_keys.key = exchanges.exchange_id;
