-- Grain: one tag of one version and origin. Earlier ones of the same version were deleted before.
insert into news.article_tags (
    version_id, position, name, origin
)
select
    version_id, position, name, origin
from staged_article_tags;
