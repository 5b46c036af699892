-- Grain: one tag of one version and origin. Makes room for what a newer reading says.
delete from news.article_tags as kept using staged_rewritten as staged
where kept.version_id = staged.version_id;
