"""Whether a page that does not declare itself an article is a listing: signs, counted.

The points are the rounded weights of a logistic fit on labelled pages, each half of
the hosts checked by the weights of the other; the signs found are the reason.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from transforms.dates_declared import PAGE_ORIGIN
from transforms.dates_searched import MONTH_ORIGIN

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from transforms.addresses import Address
    from transforms.moments import Published
    from transforms.page_marks import Marks
    from transforms.page_source import PageSource
    from transforms.records import Credit

LIST_TYPES = frozenset({"ItemList", "ProfilePage", "Blog"})  # stand beside a story, too
MIN_POINTS = 6
LITTLE_PROSE, SOME_PROSE = 300, 1_000
"""Sizes of a page's own prose, as `size_of` tells them."""
MANY_ITEMS = 12
MANY_PRICES = 10
LINKED_SHARE = 0.4
FEW_ITEM_CHARS = 500
LABEL_WORDS = 4
"""A headline of so few words may be the name of a section."""
_OF_ANY_PAGE = frozenset({PAGE_ORIGIN, MONTH_ORIGIN})  # dates that listings have, too

_PRICE = re.compile(r"[$€£¥₹]\d|\d(?:€|EUR|USD|zł|Kč|kr\b|₽|руб)")  # noqa: RUF001 (a currency)
_CURRENCIES = ("$", "€", "£", "¥", "₹", "EUR", "USD", "zł", "Kč", "kr", "₽", "руб")  # noqa: RUF001 (a currency)
_IDEOGRAPHS = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]+")


@dataclass(frozen=True, slots=True)
class Prose:
    """The text of a page, measured. Sizes are in characters of an alphabet, spaces counted.

    ``own``: long paragraphs outside repeated items; ``repeated``: text of the body that
    stands in them; ``items``: all text in repeated items, of the whole page.
    """

    own: int
    repeated: int
    items: int
    page: int  # all text of the page
    prices: int
    headline_words: int


@dataclass(frozen=True, slots=True)
class Standing:
    """What speaks for one story: dates and authors that are declared, the feed's entry."""

    has_date: bool
    has_author: bool
    has_entry: bool
    is_called_article: bool  # og:type


def standing_of(source: PageSource, when: Published, credited: Sequence[Credit]) -> Standing:
    """Tell what speaks for one story: what the page declares, and that a feed names it."""
    declared = (moment.origin for moment in when.candidates if moment.origin not in _OF_ANY_PAGE)
    origins = {origin.partition(":")[0] for origin in declared}
    authors = {credit.origin for credit in credited if credit.role == "author"}
    return Standing(
        has_date=bool(origins & {"json-ld", "meta", "url"}),
        has_author=bool(authors & {"json-ld", "meta"}),
        has_entry=source.entry is not None,
        is_called_article=(source.metadata.first("og:type") or "").casefold() == "article",
    )


def size_of(text: str) -> int:
    """Return a text's size in characters of an alphabet: an ideograph counts as three."""
    return len(text) if text.isascii() else len(text) + 2 * sum(map(len, _IDEOGRAPHS.findall(text)))


def count_prices(text: str) -> int:
    """Count the sums of money in a text without spaces."""
    is_hinted = any(currency in text for currency in _CURRENCIES)
    return len(_PRICE.findall(text)) if is_hinted else 0


def listing_reason(address: Address, marks: Marks, prose: Prose, standing: Standing) -> str | None:
    """Tell why a page is a listing, by the signs for and against it; None where it is none."""
    found = [
        *_named(address, marks, prose),
        *_shown(marks, prose),
        *_trade(marks, prose),
        *_against(address, marks, standing),
    ]
    points = sum(value for value, _ in found)
    if points < MIN_POINTS:
        return None
    return f"{points} points: " + ", ".join(f"{name} {value:+}" for value, name in _sorted(found))


def _sorted(found: Sequence[tuple[int, str]]) -> list[tuple[int, str]]:
    return sorted(found, key=lambda sign: -sign[0])


def _named(address: Address, marks: Marks, prose: Prose) -> Iterator[tuple[int, str]]:
    """Yield what the page is called: its type, its address, its headline."""
    if LIST_TYPES & marks.types:
        yield 2, f"type {min(LIST_TYPES & marks.types)}"
    if address.is_section:
        yield 3, "address of a section"
    if address.is_known and address.words < LABEL_WORDS and address.last_words < 3:  # noqa: PLR2004 (a label has one word or two)
        yield 1, "short address"
    if prose.headline_words <= LABEL_WORDS:
        yield 1, "headline like a label"


def _shown(marks: Marks, prose: Prose) -> Iterator[tuple[int, str]]:
    """Yield what the page is made of: prose, items, links."""
    if prose.own < LITTLE_PROSE:
        yield 3, "hardly any prose"
    elif prose.own < SOME_PROSE:
        yield 1, "little prose"
    if marks.repeats.largest >= MANY_ITEMS:
        yield 2, f"{marks.repeats.largest} items alike"
    if prose.items > max(3 * prose.own, FEW_ITEM_CHARS):
        yield 1, "more items than prose"
    if prose.repeated > prose.own:
        yield 1, "text in items"
    if marks.linked_chars > LINKED_SHARE * prose.page:
        yield 1, "mostly links"


def _trade(marks: Marks, prose: Prose) -> Iterator[tuple[int, str]]:
    if marks.is_shelf:
        yield 2, "shelf of products"
    elif marks.has_prices:
        yield 1, "prices"
    if prose.prices >= MANY_PRICES:
        yield 2, f"{prose.prices} prices in the text"
    if marks.has_filter:
        yield 2, "filters"
    if marks.has_pages:
        yield 1, "numbered pages"


def _against(address: Address, marks: Marks, standing: Standing) -> Iterator[tuple[int, str]]:
    if address.has_number:
        yield -2, "numbered address"
    if address.words >= LABEL_WORDS:
        yield -1, "headline in the address"
    if marks.template == "story":
        yield -2, "template of a story"
    if marks.is_one_story:
        yield -1, "microdata of one story"
    if standing.is_called_article:
        yield -1, "og:type article"
    if standing.has_date:
        yield -1, "date declared"
    if standing.has_author:
        yield -1, "author declared"
    if standing.has_entry:
        yield -2, "named by a feed"
