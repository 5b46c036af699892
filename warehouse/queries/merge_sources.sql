-- Grain: one outlet. An outlet that is unchanged leaves its row untouched.
merge into news.sources as target
using staged_sources as staged
on target.source_id = staged.source_id
when matched and (target.name, target.country, target.language, target.kind, target.homepage)
    is distinct from (staged.name, staged.country, staged.language, staged.kind, staged.homepage)
then update set
    name = staged.name,
    country = staged.country,
    language = staged.language,
    kind = staged.kind,
    homepage = staged.homepage,
    changed_at = staged.changed_at
when not matched then insert (
    source_id, name, country, language, kind, homepage, added_at, changed_at
) values (
    staged.source_id, staged.name, staged.country, staged.language, staged.kind,
    staged.homepage, staged.added_at, staged.changed_at
);
