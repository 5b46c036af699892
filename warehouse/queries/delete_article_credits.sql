-- Grain: one credit of one version. Makes room for what a newer reading says.
delete from news.article_credits as kept using staged_rewritten as staged
where kept.version_id = staged.version_id;
