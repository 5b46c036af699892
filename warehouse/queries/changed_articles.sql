-- Grain: one article of the load that is known in more than one version.
select article_id
from news.article_versions
semi join staged_article_versions using (article_id)
group by article_id
having count(*) > 1
order by article_id;
