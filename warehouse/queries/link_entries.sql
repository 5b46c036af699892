-- Grain: one entry whose page turned out to be an article of the load.
update news.entries as target set article_id = staged.article_id
from staged_links as staged
where target.entry_id = staged.entry_id
    and target.article_id is distinct from staged.article_id;
