"""The last search for a date, over the page's text: htmldate's, with our reader of worded dates.

Htmldate would hand what it cannot read itself to dateparser, which takes seconds and a hundred
megabytes to learn its languages, and guesses. Ours knows as many languages and does not.

Source: htmldate 1.11, ``core.find_date``; its test tells when an upgrade changes that.
"""

from __future__ import annotations

import logging
import re
from contextlib import contextmanager
from datetime import datetime
from typing import TYPE_CHECKING

import htmldate
from htmldate import core, extractors
from htmldate.settings import CLEANING_LIST, MAX_POSSIBLE_CANDIDATES
from htmldate.utils import Extractor
from htmldate.validators import get_max_date, get_min_date

from transforms.dates import parse_date

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date

    from lxml.html import HtmlElement

    from transforms.survey import Survey

MAX_TEXT_CHARS = 2_000  # htmldate reads the first 52, spaces collapsed
_FORMAT = "%Y-%m-%d"
_ANY = re.compile("")
_DATED = re.compile("[Dd]at(?:e|um)")
_HINTS = (
    "ate", "atum", "eta", "time", "publi", "footer", "info", "post_detail", "block-content",
    "yline", "subline", "posted", "submitted", "created-post", "author", "autor", "field-content",
    "fa-clock-o", "fa-calendar", "fecha", "parution",
)  # fmt: skip
REPLACED = ("_external_date", "dateutil_parse", "has_date_cue")
_UNDATED = re.compile(r"(?<!\D)\D{40,}")  # looked for where a digit ends, not at each character
_EDGE_CHARS = 18  # of an undated run: further from a digit htmldate looks for a copyright alone
_COPYRIGHT = ("©", "copy", "(c)")
_search_page = core.search_page
_dateutil_parse = extractors.dateutil_parse
_DEFAULTS = (datetime(2000, 1, 1), datetime(2004, 2, 2))  # noqa: DTZ001 (htmldate's dates have no zone)

logging.getLogger("htmldate").setLevel(logging.CRITICAL)


def page_date(page: Survey, url: str, latest: date) -> str | None:
    """Return the date (ISO, a day) that htmldate finds, none later than ``latest``.

    Where one stands in the markup, the elements named after dates are enough; the search
    through the whole text takes a copy of the tree and ten times as long.
    """
    tree = page.elements[0]
    with _our_reader():
        found = _marked_date(page, latest) or htmldate.find_date(
            tree, url=url, original_date=True, extensive_search=True, max_date=latest.isoformat()
        )
    return found if isinstance(found, str) else None


def _marked_date(page: Survey, latest: date) -> str | None:
    """Do what htmldate does first: read meta elements, abbreviations, what is named after dates."""
    tree = page.elements[0]
    options = Extractor(True, get_max_date(latest.isoformat()), get_min_date(None), True, _FORMAT)  # noqa: FBT003 (htmldate's signature)
    found = core.examine_header(tree, options) or core.examine_abbr_elements(tree, options)
    if isinstance(found, str):
        return found
    marked = list(_candidates(page))
    if len(marked) > MAX_POSSIBLE_CANDIDATES:
        return None
    for element in marked:
        for text in (element.text_content()[:MAX_TEXT_CHARS], element.get("title", "")):
            found = core.examine_text(text, options)
            if isinstance(found, str):
                return found
    return None


def _candidates(page: Survey) -> Iterator[HtmlElement]:
    places = page.places(_ANY, _HINTS)
    places.update(*(page.by_tag.get(tag, ()) for tag in core.ALWAYS_TAGS))
    places.update(*(marked for prop, marked in page.by_itemprop.items() if _DATED.search(prop)))
    for place in sorted(places):
        element = page.elements[place]
        is_read = element.tag in core.ALWAYS_TAGS or core.is_date_candidate(element)
        if is_read and next(element.iterancestors(*CLEANING_LIST), None) is None:
            yield element


@contextmanager
def _our_reader() -> Iterator[None]:
    originals = {name: getattr(extractors, name) for name in REPLACED}
    try:
        extractors._external_date = _worded_date  # noqa: SLF001 (there is no setting for it)
        extractors.dateutil_parse = _named_month
        extractors.has_date_cue = _always
        core.search_page = _search_dated
        yield
    finally:
        for name, original in originals.items():
            setattr(extractors, name, original)
        core.search_page = _search_page


def _worded_date(text: str) -> datetime | None:
    found = parse_date(text, origin="text")
    return found.at.replace(tzinfo=None) if found is not None else None


def _named_month(text: str, **options: object) -> datetime:
    """Read a date that names a month of a year, at least; dateutil takes the rest from today.

    Raises: ValueError if it cannot be read, or names less.
    """
    read: list[datetime] = [
        _dateutil_parse(text, default=default, **options) for default in _DEFAULTS
    ]
    if len({(found.year, found.month) for found in read}) > 1:
        raise ValueError("no month of a year is named")
    return read[0]


def _search_dated(markup: str, options: Extractor) -> str | None:
    """Search a page's markup, long runs without a digit shortened: a dozen patterns read it all."""
    found: str | None = _search_page(_UNDATED.sub(_edges, markup), options)
    return found


def _edges(match: re.Match[str]) -> str:
    run = match.group()
    lowered = run.lower()
    if any(mark in lowered for mark in _COPYRIGHT):
        return run
    return f"{run[:_EDGE_CHARS]} {run[-_EDGE_CHARS:]}"


def _always(*_: object) -> bool:
    return True
