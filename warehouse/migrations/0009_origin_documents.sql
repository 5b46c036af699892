-- Documents that speak for an origin: scheme, host and port. robots.txt was kept by host before.
-- Applied once and never edited: a change is a new file.

create table ops.origin_documents (
    origin varchar not null,
    kind varchar not null,
    host varchar not null,
    status integer,
    body_bytes integer,
    expires_at timestamptz,
    exchange_id varchar,
    fetched_at timestamptz,
    crawl_delay_seconds double,
    copied_at timestamptz not null
);
comment on table ops.origin_documents is
    'What is remembered of documents that speak for a whole origin, as copied with the last load. Grain: one document of one origin.';
comment on column ops.origin_documents.origin is
    'Scheme, host, and the port where it is not the scheme''s own: https://a.example:8443.';
comment on column ops.origin_documents.kind is
    'robots (/robots.txt) or tdmrep (/.well-known/tdmrep.json).';
comment on column ops.origin_documents.host is
    'Its host: ops.host_state.';
comment on column ops.origin_documents.status is
    'HTTP status when it was last asked for; 0: no answer.';
comment on column ops.origin_documents.body_bytes is
    'Size of the document in force, whose text lies in the archive; 0: there is none; null: not known.';
comment on column ops.origin_documents.expires_at is
    'When it is to be asked for again.';
comment on column ops.origin_documents.exchange_id is
    'Exchange that it came in, as it is named in the archive.';
comment on column ops.origin_documents.fetched_at is
    'When it came.';
comment on column ops.origin_documents.crawl_delay_seconds is
    'Crawl-delay of robots.txt, in seconds.';
comment on column ops.origin_documents.copied_at is
    'Time of the load that copied it.';

-- It ruled whatever scheme the host was asked with.
insert into ops.origin_documents
select
    scheme || '://' || host, 'robots', host, robots_status, robots_bytes, robots_expires_at,
    robots_exchange_id, robots_at, crawl_delay_seconds, copied_at
from ops.host_state cross join (values ('http'), ('https')) as schemes (scheme)
where robots_expires_at is not null;

alter table ops.host_state drop column robots_status;
alter table ops.host_state drop column robots_bytes;
alter table ops.host_state drop column robots_expires_at;
alter table ops.host_state drop column robots_exchange_id;
alter table ops.host_state drop column robots_at;
comment on column ops.host_state.crawl_delay_seconds is
    'Longest Crawl-delay that the robots.txt of its origins declare, in seconds.';
comment on column ops.opt_outs.exchange_id is
    'Exchange that last showed it: ops.exchanges for feeds and pages, the archive for the documents of origins.';
