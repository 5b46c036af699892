-- Grain: one host that was asked for feeds or pages. What we did not send was no exchange with it.
select
    host,
    count(*) as exchanges,
    count(*) filter (where status = 304) as not_modified,
    max(elapsed_ms) as slowest_ms,
    count(*) filter (where status >= 400 or problem_code is not null) as errors
from ops.exchanges
where coalesce(problem_code, '') not in ('host_asked_to_wait', 'robots_disallowed', 'opted_out')
group by host;
