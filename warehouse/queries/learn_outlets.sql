-- Grain: one page that is not known yet: it becomes part of its outlet's next version.
update ops.outlet_pages as pages set since_version = next.version
from (
    select outlet, coalesce(max(since_version), 0) + 1 as version
    from ops.outlet_pages
    group by outlet
    having count(*) > count(since_version)
) as next
where pages.outlet = next.outlet and pages.since_version is null;
