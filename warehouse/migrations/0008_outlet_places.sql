-- Where outlets have their headline, date and byline.
-- Applied once and never edited: a change is a new file.

alter table ops.outlet_pages add column sightings struct(field varchar, path varchar, is_right boolean)[];
comment on column ops.outlet_pages.sightings is
    'Places in the markup (tag and itemprop, class or id) where the page shows, or fails to show, the headline, published or byline that its sources agree on. Null where a page was read before places were learned.';
