-- Grain: one known entry that leads to an article known by now.
update news.entries as target set article_id = linked.article_id
from linked_entries as linked
where target.rowid = linked.held_row;
