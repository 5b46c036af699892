-- Grain: one outlet.
select source_id, name, country, language, kind, homepage
from news.sources
order by source_id;
