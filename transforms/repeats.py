"""The repeated items of a page: teasers, shelves, search results, each with a link.

A page that lists others is made of siblings of one kind, each a link with a
little text; an article has such lists at its edges, but its prose stands outside.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from transforms.asides import squeeze
from transforms.taking_out import holds

if TYPE_CHECKING:
    from lxml.html import HtmlElement

    from transforms.survey import Survey

LEAST_ITEMS = 5
ITEM_CHARS = (20, 800)  # white space left out: under it a menu's entry, over it a section
MAX_ITEMS = 600
MAX_SIBLINGS = 2_000

_ITEM_TAGS = frozenset({"li", "div", "article", "section", "tr", "a", "dd", "td", "dl"})
_PLAIN_ITEMS = frozenset({"li", "tr", "article"})  # their classes differ (first, odd, sticky)


@dataclass(frozen=True, slots=True)
class Repeats:
    """The repeated items of a page. ``texts``: theirs, without white space, one a line."""

    largest: int = 0  # items in the largest group
    chars: int = 0
    texts: str = ""

    def hold(self, text: str) -> bool:
        """Tell whether a text stands in one of the items."""
        return squeeze(text) in self.texts


def find_repeats(page: Survey) -> Repeats:
    """Find the groups of at least five siblings that are alike, each a link with some text."""
    taken: set[HtmlElement] = set()
    texts: list[str] = []
    largest = 0
    for parent in page.elements:
        if not LEAST_ITEMS <= len(parent) <= MAX_SIBLINGS or len(texts) >= MAX_ITEMS:
            continue
        groups = [found for group in _alike(parent) if (found := _items(group))]
        if not groups or any(above in taken for above in (parent, *parent.iterancestors())):
            continue
        for found in groups:
            largest = max(largest, len(found))
            taken.update(item for item, _ in found)
            texts += [text for _, text in found]
    return Repeats(largest, sum(map(len, texts)), "\n".join(texts))


def _alike(parent: HtmlElement) -> list[list[HtmlElement]]:
    """Return the children of an element by tag and class, in groups of five or more."""
    groups: dict[tuple[str, str], list[HtmlElement]] = {}
    for child in parent:
        tag = str(child.tag)
        if tag in _ITEM_TAGS:
            mark = "" if tag in _PLAIN_ITEMS else child.get("class") or ""
            groups.setdefault((tag, mark), []).append(child)
    return [group for group in groups.values() if len(group) >= LEAST_ITEMS]


def _items(group: list[HtmlElement]) -> list[tuple[HtmlElement, str]]:
    """Return those of a group that are items, with their texts, where at least half of it are."""
    low, high = ITEM_CHARS
    found = [
        (element, text)
        for element in group
        if (element.tag == "a" or holds(element, "a"))
        and low <= len(text := squeeze(element.text_content())) <= high
    ]
    return found if len(found) >= LEAST_ITEMS and 2 * len(found) >= len(group) else []
