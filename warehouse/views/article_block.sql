-- Grain: one block of the current version of an article, with its text.
create view report.article_block as
select
    articles.article_id,
    blocks.version_id,
    blocks.position,
    blocks.kind,
    blocks.start_offset is not null as is_body,
    coalesce(
        blocks.text,
        substring(
            versions.body, blocks.start_offset + 1, blocks.end_offset - blocks.start_offset
        )
    ) as text,
    blocks.level,
    blocks.credit
from news.articles as articles
join news.article_versions as versions on versions.version_id = articles.current_version_id
join news.article_blocks as blocks on blocks.version_id = articles.current_version_id;

comment on view report.article_block is
    'Pieces of the current versions of articles, in page order, each with its text. Grain: one block.';
comment on column report.article_block.article_id is
    'Id of the article: news.articles.';
comment on column report.article_block.version_id is
    'Its current version: news.article_versions.';
comment on column report.article_block.position is
    'Place in the page; 0 is the first.';
comment on column report.article_block.kind is
    'standfirst, paragraph, heading, list, quotation, table, caption, embed, dateline, credit, note, promo, video, or boilerplate (what the outlet shows on other pages, too).';
comment on column report.article_block.is_body is
    'Whether it is part of the body.';
comment on column report.article_block.text is
    'Its text.';
comment on column report.article_block.level is
    'Rank of a heading, depth of a list item.';
comment on column report.article_block.credit is
    'Credit line of a picture.';
