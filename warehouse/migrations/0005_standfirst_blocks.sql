-- Standfirsts that a page shows are blocks of their own, before the body.
comment on column news.article_blocks.kind is
    'paragraph, heading, list, quotation (the body), or standfirst, table, caption, embed, dateline, credit, note, promo, video.';
