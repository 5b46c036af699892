"""Where an outlet's headline, date and byline stand, learned where several sources agree.

A place is named by tag and itemprop, class or id (``h1.story-title``,
``time[itemprop=datePublished]``); what stands there first on a page is compared with
what the page's sources agree on. A place that was right on three pages and wrong on none
is trusted, and read where the sources of another page are silent or contradict each other.
"""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING

from transforms.dates import parse_date
from transforms.metadata import plain
from transforms.records import Sighting

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from datetime import date

    from lxml.html import HtmlElement

    from transforms.records import OutletKnowledge, PlaceField
    from transforms.survey import Survey

MIN_RIGHT_PAGES = 3
MAX_PLACES = 6  # of a field, on one page
MAX_PATH_CHARS = 80
MAX_DATE_CHARS = 60
MAX_BYLINE_CHARS = 200
_DATED = re.compile(r"date|time|publi|posted|datum|fecha|zeit", re.IGNORECASE)
_DATED_HINTS = ("date", "Date", "time", "Time", "ubli", "osted", "atum", "echa", "zeit")
_SIGNED = re.compile(r"author|by-?line|autor|auteur|writer|redact|journalist", re.IGNORECASE)
_SIGNED_HINTS = ("uthor", "yline", "y-line", "utor", "uteur", "riter", "edact", "ournalist")
_COUNTED = re.compile(r"\d{3,}")  # in names that differ from page to page
_NO_LETTER = re.compile(r"[\W_]+")


def sight_places(
    page: Survey, *, headline: str | None, published: date | None, authors: Sequence[str]
) -> tuple[Sighting, ...]:
    """Return the places of a page that show, or fail to show, what its sources agree on.

    What they do not agree on is None, or empty.
    """
    found: list[Sighting] = []
    if headline:
        want = _letters(headline)
        found += _sighted(page, "headline", lambda one: _letters(_text(one)) == want)
    if published is not None:
        found += _sighted(page, "published", lambda one: _shows_date(one, published))
    if authors:
        names = [_letters(name) for name in authors]
        found += _sighted(page, "byline", lambda one: _shows_all(one, names))
    return tuple(found)


def read_place(page: Survey, knowledge: OutletKnowledge, field: PlaceField) -> str | None:
    """Return what stands where the outlet has a field; None where no place is trusted."""
    trusted = trusted_paths(knowledge, field)
    if not trusted:
        return None
    places = dict(_places(page, field))
    element = next((places[path] for path in trusted if path in places), None)
    if element is None:
        return None
    value = element.get("datetime") if field == "published" else None
    return value or _text(element) or None


def trusted_paths(knowledge: OutletKnowledge, field: PlaceField) -> list[str]:
    """Return the places that were right on enough pages and wrong on none, the surest first."""
    right: Counter[str] = Counter()
    wrong = set()
    for page in knowledge.pages:
        for sighting in page.sightings:
            if sighting.field == field and sighting.is_right:
                right[sighting.path] += 1
            elif sighting.field == field:
                wrong.add(sighting.path)
    paths = [path for path, pages in right.items() if pages >= MIN_RIGHT_PAGES]
    return sorted((path for path in paths if path not in wrong), key=lambda p: (-right[p], p))


def _sighted(
    page: Survey, field: PlaceField, is_right: Callable[[HtmlElement], bool]
) -> Iterator[Sighting]:
    """Yield the places looked at: up to the first that is right, because each costs time."""
    for path, element in _places(page, field):
        right = is_right(element)
        yield Sighting(field=field, path=path, is_right=right)
        if right:
            return


def _places(page: Survey, field: PlaceField) -> Iterator[tuple[str, HtmlElement]]:
    """Yield the places where a field may stand, each with the first element there."""
    seen: set[str] = set()
    for element in _elements(page, field):
        path = _path(element)
        if path and path not in seen:
            seen.add(path)
            yield path, element
        if len(seen) >= MAX_PLACES:
            return


def _elements(page: Survey, field: PlaceField) -> Iterator[HtmlElement]:
    props = {"headline": "headline", "published": "datePublished", "byline": "author"}
    yield from (page.elements[place] for place in page.by_itemprop.get(props[field], ()))
    if field == "headline":
        yield from page.tagged("h1", "h2")[:MAX_PLACES]
    elif field == "published":
        yield from page.tagged("time")[:MAX_PLACES]
        yield from _short(page, _DATED, _DATED_HINTS, MAX_DATE_CHARS)
    else:
        yield from _short(page, _SIGNED, _SIGNED_HINTS, MAX_BYLINE_CHARS)


def _short(
    page: Survey, pattern: re.Pattern[str], hints: tuple[str, ...], chars: int
) -> Iterator[HtmlElement]:
    """Yield the elements of a class whose text is short enough, among the first."""
    for element in page.classed(pattern, hints)[: 2 * MAX_PLACES]:
        if len(element) <= MAX_PLACES and 0 < len(_text(element)) <= chars:
            yield element


def _path(element: HtmlElement) -> str | None:
    """Return the name of a place; None where nothing in the markup names it."""
    for name, form in (("itemprop", "[itemprop={}]"), ("class", ".{}"), ("id", "#{}")):
        words = [w for w in (element.get(name) or "").split() if not _COUNTED.search(w)]
        if words:
            return f"{element.tag}{form.format('.'.join(words))}"[:MAX_PATH_CHARS]
    return None


def _shows_date(element: HtmlElement, day: date) -> bool:
    raw = element.get("datetime") or element.get("content") or _text(element)
    if raw.startswith(day.isoformat()):
        return True
    if len(raw) > MAX_DATE_CHARS or str(day.year) not in raw:
        return False
    moment = parse_date(raw, origin="markup")
    return moment is not None and moment.at.date() == day


def _shows_all(element: HtmlElement, names: Sequence[str]) -> bool:
    shown = _letters(_text(element))
    return all(name in shown for name in names)


def _text(element: HtmlElement) -> str:
    return plain(element.get("content") or " ".join(element.itertext()))


def _letters(text: str) -> str:
    return _NO_LETTER.sub("", text.casefold())
