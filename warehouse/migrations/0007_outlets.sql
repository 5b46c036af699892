-- What is learned of outlets from their own pages.
-- Applied once and never edited: a change is a new file.

create table ops.outlet_pages (
    outlet varchar not null,
    article_id varchar not null,
    traits_hash varchar not null,
    since_version integer,
    seen_at timestamptz not null,
    headline ubigint not null,
    topic ubigint[] not null,
    story ubigint[] not null,
    lines ubigint[] not null,
    titles ubigint[] not null,
    line_texts varchar[] not null,
    title_texts varchar[] not null,
    exchange_id varchar not null,
    run_id varchar not null
);
comment on table ops.outlet_pages is
    'What pages may share with others of their outlet. The newest 30 articles of a version are the outlet''s knowledge; nothing is known of a page before since_version. Texts are compared by 64-bit hashes of their letters. Grain: one article in one state of these traits.';
comment on column ops.outlet_pages.outlet is
    'Host of the page, without www.';
comment on column ops.outlet_pages.article_id is
    'The article: news.articles. It counts once, whatever its versions and addresses.';
comment on column ops.outlet_pages.traits_hash is
    'Hash of all that is remembered.';
comment on column ops.outlet_pages.since_version is
    'First version of the outlet''s knowledge that holds the page: news.article_versions.outlet_version names the one that an article was read with. Null until the run that brought it has ended.';
comment on column ops.outlet_pages.seen_at is
    'When the page was fetched.';
comment on column ops.outlet_pages.headline is
    'Its headline.';
comment on column ops.outlet_pages.topic is
    'The longer words of its headline: pages that share one are no evidence against each other.';
comment on column ops.outlet_pages.story is
    'Its longest lines: pages that share more than half of them tell one story.';
comment on column ops.outlet_pages.lines is
    'Lines that have little to do with the rest of its text.';
comment on column ops.outlet_pages.titles is
    'All that the page calls itself, and the parts of it.';
comment on column ops.outlet_pages.line_texts is
    'The texts of lines, shortened.';
comment on column ops.outlet_pages.title_texts is
    'The texts of titles, shortened.';
comment on column ops.outlet_pages.exchange_id is
    'What it was read from: ops.exchanges.';
comment on column ops.outlet_pages.run_id is
    'Run that read it: ops.runs.';

alter table news.article_versions add column outlet_version integer;
comment on column news.article_versions.outlet_version is
    'Version of what was known of the outlet when the page was read; null where nothing was. ops.outlet_pages tells what.';
comment on column news.article_versions.body_letters_hash is
    'Hash of the body without spaces and punctuation, boilerplate included.';
comment on column news.article_versions.content_hash is
    'Hash of headline, standfirst and body, boilerplate included: what makes a version.';
comment on column news.article_blocks.kind is
    'paragraph, heading, list, quotation (the body), or standfirst, table, caption, embed, dateline, credit, note, promo, video, boilerplate (what the outlet shows on other pages, too).';
