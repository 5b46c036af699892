-- Grain: one of the tags of one version of those asked for, in their order.
select version_id, name, origin
from news.article_tags
semi join asked_keys on asked_keys.key = article_tags.version_id
order by version_id, position;
