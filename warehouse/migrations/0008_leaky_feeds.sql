-- Gaps that are likely, because entries leave a feed out of order.
-- Applied once and never edited: a change is a new file.

comment on column ops.coverage_gaps.kind is
    'rolled_off (found by a poll: all that was seen before was gone), leaked (likely: half of the newest entries of the last poll were gone while older ones stayed) or asked (for, by a backfill of the feed).';
comment on column ops.coverage_gaps.to_at is
    'Where it ends: the oldest new entry of the poll that found it; the newest one where the feed leaked.';
