-- Grain: one remembered article of the outlets asked for, the newest first.
select
    outlet, max(since_version) over (partition by outlet) as version, headline, topic, story,
    lines, titles, coalesce(sightings, []) as sightings
from ops.outlet_pages as pages
semi join asked_keys on asked_keys.key = pages.outlet
where is_remembered
order by outlet, seen_at desc, article_id;
