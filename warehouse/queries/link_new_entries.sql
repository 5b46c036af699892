-- Grain: one entry of the load that leads to an article known already.
update news.entries as target set article_id = known.article_id
from (
    select staged.entry_id, min(urls.article_id) as article_id
    from staged_entries as staged
    join news.article_urls as urls on urls.key_url = staged.canonical_url
    group by staged.entry_id
) as known
where target.entry_id = known.entry_id and target.article_id is null;
