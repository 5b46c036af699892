"""One pass over a page's tree, so that no reader has to walk it again.

Elements are grouped by tag and by class; a page has thousands of elements and
only some hundreds of different classes, so that patterns are tried on those.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import re
    from collections.abc import Mapping

    from lxml.html import HtmlElement


@dataclass(frozen=True, slots=True)
class Survey:
    """A page's elements in page order; their places by tag, class, id and itemprop."""

    elements: tuple[HtmlElement, ...]
    by_tag: Mapping[str, list[int]]
    by_class: Mapping[str, list[int]]
    by_id: Mapping[str, list[int]]
    by_itemprop: Mapping[str, list[int]]

    def tagged(self, *tags: str) -> list[HtmlElement]:
        """Return the elements with one of these tags, in page order."""
        places = sorted(place for tag in tags for place in self.by_tag.get(tag, ()))
        return [self.elements[place] for place in places]

    def classed(self, pattern: re.Pattern[str], hints: tuple[str, ...]) -> list[HtmlElement]:
        """Return the elements whose class or id matches, in page order.

        ``hints``: pieces of words, one of which every match holds; they are looked
        for first, because that is twenty times as fast.
        """
        return [self.elements[place] for place in sorted(self.places(pattern, hints))]

    def places(self, pattern: re.Pattern[str], hints: tuple[str, ...]) -> set[int]:
        """Return the places of the elements whose class or id matches."""
        return {
            place
            for group in (self.by_class, self.by_id)
            for words, places in group.items()
            if any(hint in words for hint in hints) and pattern.search(words)
            for place in places
        }


def survey(tree: HtmlElement) -> Survey:
    """Walk a tree once."""
    elements = tuple(tree.iter("*"))
    by_tag: dict[str, list[int]] = {}
    by_class: dict[str, list[int]] = {}
    by_id: dict[str, list[int]] = {}
    by_itemprop: dict[str, list[int]] = {}
    for place, element in enumerate(elements):
        by_tag.setdefault(element.tag, []).append(place)
        if value := element.get("class"):
            by_class.setdefault(value, []).append(place)
        if value := element.get("id"):
            by_id.setdefault(value, []).append(place)
        if value := element.get("itemprop"):
            by_itemprop.setdefault(value, []).append(place)
    return Survey(elements, by_tag, by_class, by_id, by_itemprop)
