-- tdmrep.json of origins, beside their robots.txt.
-- Applied once and never edited: a change is a new file.

alter table ops.origin_documents add column problem varchar;
comment on column ops.origin_documents.problem is
    'What is wrong with a tdmrep.json, so that it says nothing there: not_json, not_an_array, bad_rules (some of them) or too_many_rules.';
comment on column ops.opt_outs.origin is
    'robots (robots.txt, for the whole site), tdmrep (tdmrep.json, for the paths in evidence), header (of an answer) or meta (of a page).';
