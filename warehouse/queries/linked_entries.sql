-- Grain: one staged entry without an article that leads to one known already.
create or replace temp table linked_entries as
select staged.entry_id, held.held_row, min(urls.article_id) as article_id
from staged_entries as staged
left join held_entries as held using (entry_id)
join news.article_urls as urls on urls.key_url = staged.canonical_url
where held.article_id is null
group by all;
