-- Grain: one page of an outlet that has new ones: remembered from now on, or replaced by them.
-- Parameter: how many articles of an outlet are remembered, each in its last state.
update ops.outlet_pages as pages set is_remembered = newest.is_newest
from (
    select
        page_row,
        is_last and row_number() over (
            partition by outlet, is_last order by seen_at desc, article_id
        ) <= $1 as is_newest
    from (
        select
            rowid as page_row, outlet, article_id, seen_at,
            row_number() over (
                partition by article_id
                order by since_version desc nulls first, seen_at desc, traits_hash
            ) = 1 as is_last
        from ops.outlet_pages
        where (is_remembered or since_version is null)
            and outlet in (select outlet from ops.outlet_pages where since_version is null)
    )
) as newest
where pages.rowid = newest.page_row and pages.is_remembered is distinct from newest.is_newest;
