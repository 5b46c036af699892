-- Grain: one document of an origin that could not be had, or says nothing that can be understood.
select host, kind, status, body_bytes is not null as is_known, problem
from ops.origin_documents
where problem is not null
    or (kind = 'robots' and not (status between 200 and 299 or status between 400 and 499))
    or (kind = 'robots' and status = 429)
order by all;
