-- Grain: one exchange of a feed read in one load.
insert into ops.parses (
    exchange_id, load_id, run_id, feed_id, parsed_at, format, items, entries, duplicates,
    unchanged, items_left, item_problems, document_problems, problems, body_hash, title,
    language, homepage
)
select
    exchange_id, load_id, run_id, feed_id, parsed_at, format, items, entries, duplicates,
    unchanged, items_left, item_problems, document_problems, problems, body_hash, title,
    language, homepage
from staged_parses;
