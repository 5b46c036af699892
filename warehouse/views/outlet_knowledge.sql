-- Grain: one text that pages of an outlet share.
create view report.outlet_knowledge as
with remembered as (
    select
        *,
        max(since_version) over (partition by outlet) as version,
        count(*) over (partition by outlet) as of_pages
    from ops.outlet_pages
    where is_remembered
),

shown as (
    select *, 'line' as kind, unnest(lines) as key, unnest(line_texts) as text from remembered
    union all by name
    select *, 'title' as kind, unnest(titles) as key, unnest(title_texts) as text from remembered
),

sighted as (select *, unnest(sightings) as sighting from remembered)

select
    outlet,
    kind,
    any_value(text) as text,
    count(*) as pages,
    0 as wrong_pages,
    any_value(of_pages) as of_pages,
    min(seen_at) as first_seen_at,
    max(seen_at) as last_seen_at,
    any_value(version) as version,
    list(article_id order by seen_at desc)[:5] as article_ids
from shown
group by outlet, kind, key
having count(*) > 1 and (kind = 'title' or count(distinct headline) > 1)
union all by name
select
    outlet,
    'place of ' || sighting.field as kind,
    sighting.path as text,
    count(*) filter (where sighting.is_right) as pages,
    count(*) filter (where not sighting.is_right) as wrong_pages,
    any_value(of_pages) as of_pages,
    min(seen_at) as first_seen_at,
    max(seen_at) as last_seen_at,
    any_value(version) as version,
    list(article_id order by seen_at desc)[:5] as article_ids
from sighted
group by outlet, sighting.field, sighting.path
having count(*) filter (where sighting.is_right) > 1;

comment on view report.outlet_knowledge is
    'What is known of outlets from their own pages: lines and titles that several of the last 30 articles show. A line that stands in an article of another topic and story is kept out of the body, as a block of kind boilerplate; a title names the outlet or a section, not the article; a place that was right on three pages and wrong on none is read where the sources of a page are silent or contradict each other. Grain: one text or place of one outlet.';
comment on column report.outlet_knowledge.outlet is
    'Host of the pages, without www.';
comment on column report.outlet_knowledge.kind is
    'line (of the text), title (what pages call themselves, or a part of it), or place of headline, published or byline.';
comment on column report.outlet_knowledge.text is
    'The text, shortened; of a place, its tag and itemprop, class or id.';
comment on column report.outlet_knowledge.pages is
    'Articles that show it; of a place, those where it showed what their sources agreed on.';
comment on column report.outlet_knowledge.wrong_pages is
    'Articles where a place showed something else.';
comment on column report.outlet_knowledge.of_pages is
    'Articles remembered of the outlet.';
comment on column report.outlet_knowledge.first_seen_at is
    'When the first of them was fetched.';
comment on column report.outlet_knowledge.last_seen_at is
    'When the last of them was fetched.';
comment on column report.outlet_knowledge.version is
    'Version of what is known of the outlet now: see news.article_versions.outlet_version.';
comment on column report.outlet_knowledge.article_ids is
    'The newest of those articles, five at most: news.articles.';
