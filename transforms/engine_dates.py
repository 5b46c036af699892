"""The last search for a date, over the page's text: htmldate's, with our reader of worded dates.

Htmldate would hand what it cannot read itself to dateparser, which takes seconds and a hundred
megabytes to learn its languages, and guesses. Ours knows as many languages and does not.

Source: htmldate 1.11, ``core.find_date``; its test tells when an upgrade changes that.
"""

from __future__ import annotations

import logging
from contextlib import contextmanager
from typing import TYPE_CHECKING

import htmldate
from htmldate import extractors

from transforms.dates import parse_date

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date, datetime

    from lxml.html import HtmlElement

REPLACED = ("_external_date", "has_date_cue")

logging.getLogger("htmldate").setLevel(logging.CRITICAL)


def page_date(tree: HtmlElement, url: str, latest: date) -> str | None:
    """Return the date (ISO, a day) that htmldate finds, none later than ``latest``."""
    with _our_reader():
        found = htmldate.find_date(
            tree, url=url, original_date=True, extensive_search=True, max_date=latest.isoformat()
        )
    return found if isinstance(found, str) else None


@contextmanager
def _our_reader() -> Iterator[None]:
    originals = {name: getattr(extractors, name) for name in REPLACED}
    try:
        extractors._external_date = _worded_date  # noqa: SLF001 (there is no setting for it)
        extractors.has_date_cue = _always
        yield
    finally:
        for name, original in originals.items():
            setattr(extractors, name, original)


def _worded_date(text: str) -> datetime | None:
    found = parse_date(text, origin="text")
    return found.at.replace(tzinfo=None) if found is not None else None


def _always(*_: object) -> bool:
    return True
