-- Grain: one row: how many pages were loaded and are not known to their outlets yet.
select count(*) as pages from ops.outlet_pages where since_version is null;
