-- Grain: one credit of one version. Earlier ones of the same version were deleted before.
insert into news.article_credits (
    version_id, position, role, name, raw, origin
)
select
    version_id, position, role, name, raw, origin
from staged_article_credits;
