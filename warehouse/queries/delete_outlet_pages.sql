-- Grain: one page that no current knowledge rests on. Parameters: how many articles of an outlet
-- are remembered; a time since which pages are kept all the same.
delete from ops.outlet_pages
where seen_at < $2
    and since_version is not null
    and (article_id, traits_hash) not in (
        select (article_id, traits_hash)
        from ops.outlet_pages
        where since_version is not null
        qualify row_number() over (partition by outlet order by seen_at desc, article_id) <= $1
    );
