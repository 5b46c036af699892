-- Grain: one signal of one host, by where it stands.
create view report.opt_out as
select
    coalesce(sources.name, opt_outs.source_id) as source,
    opt_outs.source_id,
    opt_outs.host,
    opt_outs.origin,
    opt_outs.signal,
    opt_outs.origin not in ('robots', 'tdmrep') or exists (
        from ops.origin_documents as documents
        where documents.host = opt_outs.host and documents.exchange_id = opt_outs.exchange_id
    ) as is_current,
    opt_outs.first_seen_at,
    opt_outs.last_seen_at,
    opt_outs.evidence,
    opt_outs.exchange_id
from ops.opt_outs as opt_outs
left join news.sources as sources on sources.source_id = opt_outs.source_id;

comment on view report.opt_out is
    'Which outlets object to text and data mining or to use by AI, where they say so, and since when. Grain: one signal of one host, by where it stands.';
comment on column report.opt_out.source is
    'Name of the outlet.';
comment on column report.opt_out.source_id is
    'Id of the outlet: news.sources.';
comment on column report.opt_out.host is
    'Host that declares it.';
comment on column report.opt_out.origin is
    'robots (for the whole site), tdmrep (for paths), header or meta.';
comment on column report.opt_out.signal is
    'The crawler kept out, or the word used.';
comment on column report.opt_out.is_current is
    'Whether the robots.txt or tdmrep.json seen last still has it; for headers and pages always true.';
comment on column report.opt_out.first_seen_at is
    'When it was first seen.';
comment on column report.opt_out.last_seen_at is
    'When it was last seen.';
comment on column report.opt_out.evidence is
    'What says so.';
comment on column report.opt_out.exchange_id is
    'Exchange that last showed it.';
