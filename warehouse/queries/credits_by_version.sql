-- Grain: one of the credits of one version of those asked for, in their order.
select version_id, role, name, raw, origin
from news.article_credits
semi join asked_keys on asked_keys.key = article_credits.version_id
order by version_id, position;
