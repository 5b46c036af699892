-- Grain: one page that is not known yet: it becomes part of its outlet's next version.
update ops.outlet_pages as pages set since_version = next.version
from (
    select outlet, coalesce(max(since_version), 0) + 1 as version
    from ops.outlet_pages
    where outlet in (select outlet from ops.outlet_pages where since_version is null)
    group by outlet
) as next
where pages.outlet = next.outlet and pages.since_version is null;
