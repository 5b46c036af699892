-- Grain: one doubt of one version. Earlier ones of the same version were deleted before.
insert into news.article_doubts (
    version_id, position, code, detail
)
select
    version_id, position, code, detail
from staged_article_doubts;
