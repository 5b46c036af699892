-- Grain: one canonical URL of those asked for under which an article was seen; found by its key
-- alone, then read.
select key_url, min(article_id) as article_id
from news.article_urls
where rowid in (
    select article_urls.rowid
    from news.article_urls
    semi join asked_keys on asked_keys.key = article_urls.key_url
)
group by key_url;
