"""When a page was published, in the order of cost: declared, shown, searched for in its text."""

from __future__ import annotations

from typing import TYPE_CHECKING

from transforms import moments
from transforms.dates import parse_date
from transforms.dates_declared import date_language, declared_dates
from transforms.dates_searched import last_date
from transforms.dates_shown import headline_dates, searched_dates
from transforms.declarations import declared_languages
from transforms.page_addresses import page_host

if TYPE_CHECKING:
    from transforms.page_source import PageSource


def find_dates(source: PageSource, headline: str) -> moments.Published:
    """Return what is known of a page's dates; its text is searched where nothing else has one."""
    declared = next((code for _, code in declared_languages(source.metadata, source.entry)), None)
    host = page_host(source.url)
    language = date_language(declared, source.metadata.lang, host)
    published, modified = declared_dates(source, headline, language)
    published = published or searched_dates(source.survey, headline, language)
    if moments.is_vague(published):
        published += headline_dates(source.survey, headline, language)
    fetched_at = source.exchange.fetched_at
    raw = source.learned("published")
    learned = parse_date(raw, origin="markup:learned", language=language) if raw else None
    when = moments.choose(published, modified, fetched_at=fetched_at, learned=learned, host=host)
    if when.published is not None:
        return when
    latest = (fetched_at + moments.FUTURE).date()
    found = last_date(source.survey, source.url, latest, language)
    extra = [found] if found is not None else []
    return moments.choose([*published, *extra], modified, fetched_at=fetched_at)
