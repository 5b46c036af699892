-- Grain: one known version of those asked for.
select version_id
from news.article_versions
semi join asked_keys on asked_keys.key = article_versions.version_id;
