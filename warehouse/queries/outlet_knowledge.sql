-- Grain: one remembered article of the outlets asked for, in its last state, the newest first.
-- Parameter: how many articles of an outlet are remembered.
select
    outlet, max(since_version) over (partition by outlet) as version, headline, topic, story,
    lines, titles, coalesce(sightings, []) as sightings
from (
    select pages.*
    from ops.outlet_pages as pages
    semi join asked_keys on asked_keys.key = pages.outlet
    where since_version is not null
    qualify row_number() over (
        partition by article_id order by since_version desc, seen_at desc, traits_hash
    ) = 1
)
qualify row_number() over (partition by outlet order by seen_at desc, article_id) <= $1
order by outlet, seen_at desc, article_id;
