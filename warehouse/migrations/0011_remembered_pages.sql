-- Which pages an outlet's knowledge rests on is kept, not found out anew among all pages.

alter table ops.outlet_pages add column is_remembered boolean default false;
comment on column ops.outlet_pages.is_remembered is
    'Whether the outlet''s knowledge rests on it: the last state of one of its newest 30 articles.';

update ops.outlet_pages as pages set is_remembered = true
from (
    select page_row
    from (
        select rowid as page_row, outlet, article_id, seen_at
        from ops.outlet_pages
        where since_version is not null
        qualify row_number() over (
            partition by article_id order by since_version desc, seen_at desc, traits_hash
        ) = 1
    )
    qualify row_number() over (partition by outlet order by seen_at desc, article_id) <= 30
) as newest
where pages.rowid = newest.page_row;
