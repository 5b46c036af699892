-- The schema news: what is known.
-- Applied once and never edited: a change is a new file.

create schema news;  -- what is known: outlets, feeds, entries, articles and their versions

create table news.sources (
    source_id varchar primary key,
    name varchar not null,
    country varchar,
    language varchar,
    kind varchar,
    homepage varchar,
    added_at timestamptz not null,
    changed_at timestamptz not null
);
comment on table news.sources is
    'One row per outlet. Grain: one outlet.';
comment on column news.sources.source_id is
    'Registrable domain of the outlet, or the id that the operator gave it.';
comment on column news.sources.name is
    'Name of the outlet.';
comment on column news.sources.country is
    'Country, ISO 3166-1 alpha-2, lower case.';
comment on column news.sources.language is
    'Main language, BCP 47, lower case.';
comment on column news.sources.kind is
    'Sort of outlet: newspaper, broadcaster, agency and so on.';
comment on column news.sources.homepage is
    'Address of the home page.';
comment on column news.sources.added_at is
    'When the outlet was first put in.';
comment on column news.sources.changed_at is
    'When this row last changed.';

create table news.feeds (
    feed_id varchar primary key,
    source_id varchar not null,
    url varchar not null,
    title varchar,
    category varchar,
    is_active boolean not null,
    added_at timestamptz not null,
    changed_at timestamptz not null
);
comment on table news.feeds is
    'One row per subscription to a feed of an outlet. Grain: one subscription.';
comment on column news.feeds.feed_id is
    'Id made from the address subscribed to.';
comment on column news.feeds.source_id is
    'Outlet that the feed belongs to: news.sources.';
comment on column news.feeds.url is
    'Address subscribed to; where it moved to stands in news.feed_urls.';
comment on column news.feeds.title is
    'Title given by the operator or in the subscription list.';
comment on column news.feeds.category is
    'Category given in the subscription list.';
comment on column news.feeds.is_active is
    'Whether the feed is polled.';
comment on column news.feeds.added_at is
    'When the subscription was first put in.';
comment on column news.feeds.changed_at is
    'When this row last changed.';

create table news.feed_urls (
    feed_id varchar not null,
    url varchar not null,
    first_polled_at timestamptz not null,
    last_polled_at timestamptz not null
);
comment on table news.feed_urls is
    'History of a feed''s addresses: one row per address under which it was polled. Grain: one feed and one address.';
comment on column news.feed_urls.feed_id is
    'The feed: news.feeds.';
comment on column news.feed_urls.url is
    'Address under which the feed was polled.';
comment on column news.feed_urls.first_polled_at is
    'When the feed was first polled there.';
comment on column news.feed_urls.last_polled_at is
    'When the feed was last polled there.';

create table news.entries (
    entry_id varchar not null,
    feed_id varchar not null,
    source_id varchar not null,
    article_id varchar,
    guid varchar,
    url varchar,
    canonical_url varchar,
    title varchar,
    first_title varchar,
    titles_seen varchar[] not null,
    summary varchar using compression zstd,
    content varchar using compression zstd,
    position integer not null,
    published_at timestamptz,
    published_precision varchar,
    published_has_zone boolean,
    published_raw varchar,
    published_origin varchar,
    updated_at timestamptz,
    updated_precision varchar,
    updated_has_zone boolean,
    updated_raw varchar,
    updated_origin varchar,
    raw_published varchar,
    raw_updated varchar,
    authors varchar[] not null,
    tags struct(name varchar, origin varchar)[] not null,
    language varchar,
    origin_title varchar,
    origin_url varchar,
    state_hash varchar not null,
    first_seen_at timestamptz not null,
    last_seen_at timestamptz not null,
    changed_at timestamptz not null,
    first_exchange_id varchar not null,
    exchange_id varchar not null,
    run_id varchar not null
);
comment on table news.entries is
    'Items of feeds: the state last seen, and what is remembered of earlier ones. Grain: one item of one feed.';
comment on column news.entries.entry_id is
    'Id made from the feed and the item''s guid, or its link or title where it has none.';
comment on column news.entries.feed_id is
    'The feed: news.feeds.';
comment on column news.entries.source_id is
    'Outlet of the feed: news.sources.';
comment on column news.entries.article_id is
    'Article that the entry''s page turned out to be: news.articles; null while none is known.';
comment on column news.entries.guid is
    'Guid or id as the feed gives it.';
comment on column news.entries.url is
    'Link to the article, absolute, as given.';
comment on column news.entries.canonical_url is
    'The link in canonical form: a key, not an address to fetch.';
comment on column news.entries.title is
    'Title last seen, plain text.';
comment on column news.entries.first_title is
    'Title first seen, plain text.';
comment on column news.entries.titles_seen is
    'All titles seen, each once, in the order in which they were loaded.';
comment on column news.entries.summary is
    'Summary, plain text.';
comment on column news.entries.content is
    'Full text where the feed carries it, as markup.';
comment on column news.entries.position is
    'Place in the document of exchange_id; 0 is the first.';
comment on column news.entries.published_at is
    'Time of publication, as the feed declares it, in UTC; null where none is declared.';
comment on column news.entries.published_precision is
    'How exact published_at is: second, minute, day, month or year.';
comment on column news.entries.published_has_zone is
    'Whether a time zone was declared; where not, UTC was assumed for published_at.';
comment on column news.entries.published_raw is
    'String that published_at was read from.';
comment on column news.entries.published_origin is
    'Where that string stood: feed, json-ld, meta, markup, url or text.';
comment on column news.entries.updated_at is
    'Time of the last update, as the feed declares it, in UTC; null where none is declared.';
comment on column news.entries.updated_precision is
    'How exact updated_at is: second, minute, day, month or year.';
comment on column news.entries.updated_has_zone is
    'Whether a time zone was declared; where not, UTC was assumed for updated_at.';
comment on column news.entries.updated_raw is
    'String that updated_at was read from.';
comment on column news.entries.updated_origin is
    'Where that string stood: feed, json-ld, meta, markup, url or text.';
comment on column news.entries.raw_published is
    'String that the feed gives as date of publication, even where it could not be read.';
comment on column news.entries.raw_updated is
    'String that the feed gives as date of update, even where it could not be read.';
comment on column news.entries.authors is
    'Authors as the feed names them.';
comment on column news.entries.tags is
    'Tags and categories of the item, with their origin.';
comment on column news.entries.language is
    'Language that the feed declares.';
comment on column news.entries.origin_title is
    'True publisher''s name, in the feed of an aggregator.';
comment on column news.entries.origin_url is
    'True publisher''s address, in the feed of an aggregator.';
comment on column news.entries.state_hash is
    'Hash of all that the item says: tells a changed item from an unchanged one.';
comment on column news.entries.first_seen_at is
    'When a poll first carried the item.';
comment on column news.entries.last_seen_at is
    'When a poll last carried the item.';
comment on column news.entries.changed_at is
    'Time of the exchange that brought the state shown.';
comment on column news.entries.first_exchange_id is
    'Exchange that first carried the item: ops.exchanges.';
comment on column news.entries.exchange_id is
    'Exchange that brought the state shown: ops.exchanges.';
comment on column news.entries.run_id is
    'Run that loaded the state shown: ops.runs, with the version of the code.';

create table news.articles (
    article_id varchar not null,
    source_id varchar not null,
    canonical_url varchar not null,
    current_version_id varchar not null,
    versions integer not null,
    first_seen_at timestamptz not null,
    last_seen_at timestamptz not null,
    changed_at timestamptz not null,
    headline varchar not null,
    published_at timestamptz,
    published_precision varchar,
    published_has_zone boolean,
    published_raw varchar,
    published_origin varchar,
    modified_at timestamptz,
    modified_precision varchar,
    modified_has_zone boolean,
    modified_raw varchar,
    modified_origin varchar,
    has_date_conflict boolean not null,
    language varchar not null,
    kind varchar not null,
    is_paywalled boolean not null,
    words integer not null
);
comment on table news.articles is
    'Articles, whatever their titles and addresses: the current version''s properties, and the life of the article. Grain: one article (one canonical URL).';
comment on column news.articles.article_id is
    'Id made from the canonical URL.';
comment on column news.articles.source_id is
    'Outlet that published it: news.sources.';
comment on column news.articles.canonical_url is
    'Canonical URL, the key of the article.';
comment on column news.articles.current_version_id is
    'Version seen last: news.article_versions. An older one never replaces it.';
comment on column news.articles.versions is
    'Versions known.';
comment on column news.articles.first_seen_at is
    'When a page of it was first fetched.';
comment on column news.articles.last_seen_at is
    'When a page of it was last fetched.';
comment on column news.articles.changed_at is
    'When the current version was first seen.';
comment on column news.articles.headline is
    'Headline of the current version.';
comment on column news.articles.published_at is
    'Time of publication, as the current version declares it, in UTC; null where none is declared.';
comment on column news.articles.published_precision is
    'How exact published_at is: second, minute, day, month or year.';
comment on column news.articles.published_has_zone is
    'Whether a time zone was declared; where not, UTC was assumed for published_at.';
comment on column news.articles.published_raw is
    'String that published_at was read from.';
comment on column news.articles.published_origin is
    'Where that string stood: feed, json-ld, meta, markup, url or text.';
comment on column news.articles.modified_at is
    'Time of the last change, as the current version declares it, in UTC; null where none is declared.';
comment on column news.articles.modified_precision is
    'How exact modified_at is: second, minute, day, month or year.';
comment on column news.articles.modified_has_zone is
    'Whether a time zone was declared; where not, UTC was assumed for modified_at.';
comment on column news.articles.modified_raw is
    'String that modified_at was read from.';
comment on column news.articles.modified_origin is
    'Where that string stood: feed, json-ld, meta, markup, url or text.';
comment on column news.articles.has_date_conflict is
    'Whether the sources of the date disagree: see news.article_doubts.';
comment on column news.articles.language is
    'Language of the current version, BCP 47.';
comment on column news.articles.kind is
    'Kind of the current version: article, live_blog, gallery, opinion and so on.';
comment on column news.articles.is_paywalled is
    'Whether the current version was cut off by a paywall.';
comment on column news.articles.words is
    'Words in the body of the current version.';

create table news.article_urls (
    article_id varchar not null,
    url varchar not null,
    kind varchar not null,
    key_url varchar not null,
    first_seen_at timestamptz not null,
    last_seen_at timestamptz not null,
    exchange_id varchar not null
);
comment on table news.article_urls is
    'Addresses under which an article was seen. Grain: one article, one address and one kind of address.';
comment on column news.article_urls.article_id is
    'The article: news.articles.';
comment on column news.article_urls.url is
    'The address.';
comment on column news.article_urls.kind is
    'How it was seen: requested, final, canonical or amp.';
comment on column news.article_urls.key_url is
    'The address in canonical form: a key to look it up by.';
comment on column news.article_urls.first_seen_at is
    'When the article was first seen under it.';
comment on column news.article_urls.last_seen_at is
    'When the article was last seen under it.';
comment on column news.article_urls.exchange_id is
    'Exchange that last showed it: ops.exchanges.';

create table news.article_versions (
    version_id varchar not null,
    article_id varchar not null,
    source_id varchar not null,
    canonical_url varchar not null,
    requested_url varchar not null,
    final_url varchar not null,
    amp_url varchar,
    entry_id varchar,
    headline varchar not null,
    headline_origin varchar not null,
    kicker varchar,
    standfirst varchar,
    section varchar,
    dateline varchar,
    published_at timestamptz,
    published_precision varchar,
    published_has_zone boolean,
    published_raw varchar,
    published_origin varchar,
    modified_at timestamptz,
    modified_precision varchar,
    modified_has_zone boolean,
    modified_raw varchar,
    modified_origin varchar,
    date_candidates struct("at" timestamptz, "precision" varchar, has_zone boolean, raw varchar, origin varchar)[] not null,
    language varchar not null,
    language_origin varchar not null,
    kind varchar not null,
    kind_reason varchar not null,
    is_paywalled boolean not null,
    body varchar not null using compression zstd,
    words integer not null,
    body_hash varchar not null,
    headline_letters_hash varchar not null,
    standfirst_letters_hash varchar not null,
    body_letters_hash varchar not null,
    content_hash varchar not null,
    details_hash varchar not null,
    page_hash varchar,
    first_page_hash varchar,
    extractor varchar not null,
    change_kind varchar not null,
    previous_version_id varchar,
    first_seen_at timestamptz not null,
    last_seen_at timestamptz not null,
    first_loaded_at timestamptz not null,
    loaded_at timestamptz not null,
    first_exchange_id varchar not null,
    exchange_id varchar not null,
    run_id varchar not null
);
comment on table news.article_versions is
    'States in which an article was seen: each other headline, standfirst or body is a version. Grain: one observed state of one article.';
comment on column news.article_versions.version_id is
    'Id made from the article and content_hash.';
comment on column news.article_versions.article_id is
    'The article: news.articles.';
comment on column news.article_versions.source_id is
    'Outlet: news.sources.';
comment on column news.article_versions.canonical_url is
    'Canonical URL of the article.';
comment on column news.article_versions.requested_url is
    'Address asked for in exchange_id.';
comment on column news.article_versions.final_url is
    'Address that answered, after redirects.';
comment on column news.article_versions.amp_url is
    'Address of the AMP page that the page declares.';
comment on column news.article_versions.entry_id is
    'Feed entry that led to the page: news.entries; null in a backfill.';
comment on column news.article_versions.headline is
    'Headline of the page.';
comment on column news.article_versions.headline_origin is
    'Part of the page that the headline was read from.';
comment on column news.article_versions.kicker is
    'Short line above the headline.';
comment on column news.article_versions.standfirst is
    'Summary below the headline.';
comment on column news.article_versions.section is
    'Section of the outlet.';
comment on column news.article_versions.dateline is
    'Place and date line at the head of the text.';
comment on column news.article_versions.published_at is
    'Time of publication, in UTC; null where none is declared.';
comment on column news.article_versions.published_precision is
    'How exact published_at is: second, minute, day, month or year.';
comment on column news.article_versions.published_has_zone is
    'Whether a time zone was declared; where not, UTC was assumed for published_at.';
comment on column news.article_versions.published_raw is
    'String that published_at was read from.';
comment on column news.article_versions.published_origin is
    'Where that string stood: feed, json-ld, meta, markup, url or text.';
comment on column news.article_versions.modified_at is
    'Time of the last change, in UTC; null where none is declared.';
comment on column news.article_versions.modified_precision is
    'How exact modified_at is: second, minute, day, month or year.';
comment on column news.article_versions.modified_has_zone is
    'Whether a time zone was declared; where not, UTC was assumed for modified_at.';
comment on column news.article_versions.modified_raw is
    'String that modified_at was read from.';
comment on column news.article_versions.modified_origin is
    'Where that string stood: feed, json-ld, meta, markup, url or text.';
comment on column news.article_versions.date_candidates is
    'Every date that some part of the page or feed declares, with its origin.';
comment on column news.article_versions.language is
    'Language, BCP 47.';
comment on column news.article_versions.language_origin is
    'What the language was told from.';
comment on column news.article_versions.kind is
    'Kind of page: article, live_blog, gallery, opinion and so on.';
comment on column news.article_versions.kind_reason is
    'Why it was taken for that kind.';
comment on column news.article_versions.is_paywalled is
    'Whether the text was cut off by a paywall.';
comment on column news.article_versions.body is
    'Body: paragraphs, headings, lists and quotations, parted by newlines. Captions, credits and promotion are not in it.';
comment on column news.article_versions.words is
    'Words in the body.';
comment on column news.article_versions.body_hash is
    'Hash of the body: equal for the same copy in several outlets.';
comment on column news.article_versions.headline_letters_hash is
    'Hash of the headline without spaces and punctuation.';
comment on column news.article_versions.standfirst_letters_hash is
    'Hash of the standfirst without spaces and punctuation.';
comment on column news.article_versions.body_letters_hash is
    'Hash of the body without spaces and punctuation.';
comment on column news.article_versions.content_hash is
    'Hash of headline, standfirst and body: what makes a version.';
comment on column news.article_versions.details_hash is
    'Hash of everything else that the code made of the page, blocks and credits included.';
comment on column news.article_versions.page_hash is
    'xxh3_128 of the page as it came in exchange_id.';
comment on column news.article_versions.first_page_hash is
    'xxh3_128 of the page as it came in first_exchange_id.';
comment on column news.article_versions.extractor is
    'Version of the code that made this row.';
comment on column news.article_versions.change_kind is
    'Against the version before it: first, headline, body, both, standfirst, trivial (only spaces and punctuation), extractor (the same page, read by other code).';
comment on column news.article_versions.previous_version_id is
    'Version before it, by time of first sight; null for the first.';
comment on column news.article_versions.first_seen_at is
    'When a page in this state was first fetched.';
comment on column news.article_versions.last_seen_at is
    'When a page in this state was last fetched.';
comment on column news.article_versions.first_loaded_at is
    'Time of the load that brought the version.';
comment on column news.article_versions.loaded_at is
    'Time of the load that last saw it.';
comment on column news.article_versions.first_exchange_id is
    'Exchange that first showed this state: ops.exchanges.';
comment on column news.article_versions.exchange_id is
    'Exchange that last showed this state: ops.exchanges.';
comment on column news.article_versions.run_id is
    'Run that loaded the row as it stands: ops.runs.';

create table news.article_blocks (
    version_id varchar not null,
    position integer not null,
    kind varchar not null,
    start_offset integer,
    end_offset integer,
    text varchar using compression zstd,
    level integer,
    credit varchar
);
comment on table news.article_blocks is
    'Pieces of a page in page order. Blocks of the body are offsets into it, the others carry their text. Grain: one block of one version.';
comment on column news.article_blocks.version_id is
    'The version: news.article_versions.';
comment on column news.article_blocks.position is
    'Place in the page; 0 is the first.';
comment on column news.article_blocks.kind is
    'paragraph, heading, list, quotation (the body), or table, caption, embed, dateline, credit, note, promo, video.';
comment on column news.article_blocks.start_offset is
    'First character in the body, counted from 0; null outside the body.';
comment on column news.article_blocks.end_offset is
    'Character after the last one, counted from 0; null outside the body.';
comment on column news.article_blocks.text is
    'Text of a block outside the body; null where start_offset and end_offset tell it.';
comment on column news.article_blocks.level is
    'Rank of a heading, depth of a list item.';
comment on column news.article_blocks.credit is
    'Credit line of a picture.';

create table news.article_credits (
    version_id varchar not null,
    position integer not null,
    role varchar not null,
    name varchar not null,
    raw varchar not null,
    origin varchar not null
);
comment on table news.article_credits is
    'Who wrote, edited, supplied or pictured: authors, desks, agencies, photographers. Grain: one credit of one version.';
comment on column news.article_credits.version_id is
    'The version: news.article_versions.';
comment on column news.article_credits.position is
    'Place among the version''s credits; 0 is the first.';
comment on column news.article_credits.role is
    'author, desk, agency or photographer.';
comment on column news.article_credits.name is
    'Normalised name.';
comment on column news.article_credits.raw is
    'Whole string that the credit was read from.';
comment on column news.article_credits.origin is
    'Where that string stood: json-ld, meta, byline, credit-line, caption or feed.';

create table news.article_tags (
    version_id varchar not null,
    position integer not null,
    name varchar not null,
    origin varchar not null
);
comment on table news.article_tags is
    'Tags and categories of articles. Grain: one tag of one version and origin.';
comment on column news.article_tags.version_id is
    'The version: news.article_versions.';
comment on column news.article_tags.position is
    'Place among the version''s tags; 0 is the first.';
comment on column news.article_tags.name is
    'Tag or category as given.';
comment on column news.article_tags.origin is
    'Where it stood: feed, json-ld, meta or markup.';

create table news.article_doubts (
    version_id varchar not null,
    position integer not null,
    code varchar not null,
    detail varchar not null
);
comment on table news.article_doubts is
    'Questions that the sources of one article leave open. Grain: one doubt of one version.';
comment on column news.article_doubts.version_id is
    'The version: news.article_versions.';
comment on column news.article_doubts.position is
    'Place among the version''s doubts; 0 is the first.';
comment on column news.article_doubts.code is
    'The question: date_conflict, language_conflict and so on.';
comment on column news.article_doubts.detail is
    'The question in words, with what disagrees.';
