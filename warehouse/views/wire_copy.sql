-- Grain: one body text that current versions of articles of several outlets share.
create view report.wire_copy as
select
    versions.body_hash,
    count(distinct articles.source_id) as sources,
    count(*) as articles,
    arg_min(articles.headline, articles.first_seen_at) as first_headline,
    min(articles.published_at) as first_published_at,
    min(articles.first_seen_at) as first_seen_at,
    list(distinct articles.source_id order by articles.source_id) as source_ids,
    list(articles.canonical_url order by articles.canonical_url) as urls,
    any_value(versions.words) as words
from news.articles as articles
join news.article_versions as versions on versions.version_id = articles.current_version_id
where versions.words > 0
group by versions.body_hash
having count(distinct articles.source_id) > 1;

comment on view report.wire_copy is
    'The same text in several outlets: agency copy, or copied. Grain: one body text.';
comment on column report.wire_copy.body_hash is
    'Hash of the body that they share.';
comment on column report.wire_copy.sources is
    'Outlets that carry it.';
comment on column report.wire_copy.articles is
    'Articles that carry it.';
comment on column report.wire_copy.first_headline is
    'Headline of the one first seen.';
comment on column report.wire_copy.first_published_at is
    'Earliest declared time of publication.';
comment on column report.wire_copy.first_seen_at is
    'When it was first seen.';
comment on column report.wire_copy.source_ids is
    'The outlets.';
comment on column report.wire_copy.urls is
    'Canonical URLs of the articles.';
comment on column report.wire_copy.words is
    'Words in the body.';
