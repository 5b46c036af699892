-- Grain: one entry whose page turned out to be an article of the load. Found by its key alone.
update news.entries as target set article_id = held.article_id
from (
    select entries.rowid as held_row, staged.article_id
    from news.entries
    join staged_links as staged using (entry_id)
) as held
where target.rowid = held.held_row
    and target.article_id is distinct from held.article_id;
