-- Grain: one block of one version. Earlier ones of the same version were deleted before.
insert into news.article_blocks (
    version_id, position, kind, start_offset, end_offset, text, level, credit
)
select
    version_id, position, kind, start_offset, end_offset, text, level, credit
from staged_article_blocks;
