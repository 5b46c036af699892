-- Grain: one block of one version of those asked for, in page order.
select
    version_id, position, kind, start_offset as "start", end_offset as "end", text, level, credit
from news.article_blocks
semi join asked_keys on asked_keys.key = article_blocks.version_id
order by version_id, position;
