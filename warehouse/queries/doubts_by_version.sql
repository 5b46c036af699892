-- Grain: one of the doubts of one version of those asked for, in their order.
select version_id, code, detail
from news.article_doubts
semi join asked_keys on asked_keys.key = article_doubts.version_id
order by version_id, position;
