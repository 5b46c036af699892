-- Grain: one article in one state of what it may share with its outlet's pages. What is there stays.
insert into ops.outlet_pages (
    outlet, article_id, traits_hash, since_version, seen_at, headline, topic, story, lines, titles,
    line_texts, title_texts, exchange_id, run_id, sightings
)
select
    outlet, article_id, traits_hash, since_version, seen_at, headline, topic, story, lines, titles,
    line_texts, title_texts, exchange_id, run_id, sightings
from staged_outlet_pages
anti join ops.outlet_pages using (article_id, traits_hash);
