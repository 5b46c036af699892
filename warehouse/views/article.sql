-- Grain: one article, in its current version.
create view report.article as
select
    articles.article_id,
    coalesce(sources.name, articles.source_id) as source,
    articles.source_id,
    sources.country,
    articles.headline,
    versions.standfirst,
    versions.section,
    versions.dateline,
    coalesce(credits.authors, []) as authors,
    coalesce(credits.agencies, []) as agencies,
    articles.published_at,
    articles.published_precision,
    articles.published_has_zone,
    articles.published_origin,
    articles.modified_at,
    articles.has_date_conflict,
    coalesce(doubts.date_doubts, []) as date_doubts,
    coalesce(doubts.doubts, []) as doubts,
    articles.first_seen_at,
    articles.last_seen_at,
    articles.versions,
    versions.change_kind as last_change,
    articles.language,
    articles.kind,
    articles.is_paywalled,
    articles.words,
    versions.body,
    -- The key has https throughout; the address to open has the scheme that answered.
    regexp_replace(
        articles.canonical_url, '^https', split_part(versions.final_url, ':', 1)
    ) as url,
    articles.canonical_url,
    articles.current_version_id as version_id
from news.articles as articles
join news.article_versions as versions on versions.version_id = articles.current_version_id
left join news.sources as sources on sources.source_id = articles.source_id
left join (
    select
        version_id,
        list(name order by position) filter (where role = 'author') as authors,
        list(distinct name order by name) filter (where role = 'agency') as agencies
    from news.article_credits
    group by version_id
) as credits on credits.version_id = articles.current_version_id
left join (
    select
        version_id,
        list(detail order by position) filter (where code like 'date\_%' escape '\') as date_doubts,
        list(code order by position) as doubts
    from news.article_doubts
    group by version_id
) as doubts on doubts.version_id = articles.current_version_id;

comment on view report.article is
    'Articles to read and to count: the current version of each. Grain: one article.';
comment on column report.article.article_id is
    'Id of the article: news.articles.';
comment on column report.article.source is
    'Name of the outlet.';
comment on column report.article.source_id is
    'Id of the outlet: news.sources.';
comment on column report.article.country is
    'Country of the outlet, ISO 3166-1 alpha-2, lower case.';
comment on column report.article.headline is
    'Headline.';
comment on column report.article.standfirst is
    'Summary below the headline.';
comment on column report.article.section is
    'Section of the outlet.';
comment on column report.article.dateline is
    'Place and date line at the head of the text.';
comment on column report.article.authors is
    'Names of the people who wrote it, in the order of the page.';
comment on column report.article.agencies is
    'Names of the agencies credited.';
comment on column report.article.published_at is
    'Time of publication as declared, UTC; null where none is.';
comment on column report.article.published_precision is
    'How exact published_at is: second, minute, day, month or year.';
comment on column report.article.published_has_zone is
    'Whether a time zone was declared with it.';
comment on column report.article.published_origin is
    'Where the date was read from.';
comment on column report.article.modified_at is
    'Time of the last change as declared, UTC.';
comment on column report.article.has_date_conflict is
    'Whether the sources of the date disagree.';
comment on column report.article.date_doubts is
    'Doubts about the date, in words.';
comment on column report.article.doubts is
    'Codes of all doubts about the article.';
comment on column report.article.first_seen_at is
    'When a page of it was first fetched.';
comment on column report.article.last_seen_at is
    'When a page of it was last fetched.';
comment on column report.article.versions is
    'Versions known: more than one means that it was changed.';
comment on column report.article.last_change is
    'What changed with the current version: see news.article_versions.change_kind.';
comment on column report.article.language is
    'Language, BCP 47.';
comment on column report.article.kind is
    'Kind of page: article, live_blog, gallery, opinion and so on.';
comment on column report.article.is_paywalled is
    'Whether the text was cut off by a paywall.';
comment on column report.article.words is
    'Words in the body.';
comment on column report.article.body is
    'Body, without captions, credits and promotion; paragraphs parted by newlines.';
comment on column report.article.url is
    'Address to open: the canonical URL, under the scheme that answered.';
comment on column report.article.canonical_url is
    'Canonical URL: a key under which all addresses of the article meet, not a link to fetch.';
comment on column report.article.version_id is
    'Current version: news.article_versions.';
