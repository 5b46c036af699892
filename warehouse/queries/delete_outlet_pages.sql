-- Grain: one page that no current knowledge rests on, seen before a time ($1).
delete from ops.outlet_pages
where seen_at < $1 and since_version is not null and not is_remembered;
