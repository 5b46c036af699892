-- Grain: one known version of those staged.
select held.version_id, held.last_seen_at, held.details_hash
from news.article_versions as held
semi join staged_article_versions using (version_id);
