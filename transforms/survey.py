"""One pass over a page's tree, so that no reader has to walk it again.

Elements are grouped by tag and by class; a page has thousands of elements and
only some hundreds of different classes, so that patterns are tried on those.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from dataclasses import dataclass
from itertools import accumulate
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import re
    from collections.abc import Iterator, Mapping

    from lxml.html import HtmlElement


_HEADINGS = ("h1", "h2", "h3")


@dataclass(frozen=True, slots=True)
class Survey:
    """A page's elements in page order; their places by tag, by itemprop, by class or id."""

    elements: tuple[HtmlElement, ...]
    by_tag: Mapping[str, list[int]]
    by_itemprop: Mapping[str, list[int]]
    by_words: Mapping[str, list[int]]
    headings: Mapping[int, str]  # the texts of those of the first three ranks, in page order
    lines: str  # the classes and ids, one a line, in the order of by_words
    starts: tuple[int, ...]  # where each line starts, and the end
    styled: tuple[HtmlElement, ...]  # those that an inline style may hide

    def tagged(self, *tags: str) -> list[HtmlElement]:
        """Return the elements with one of these tags, in page order."""
        places = sorted(place for tag in tags for place in self.by_tag.get(tag, ()))
        return [self.elements[place] for place in places]

    def classed(self, pattern: re.Pattern[str], hints: tuple[str, ...]) -> list[HtmlElement]:
        """Return the elements whose class or id matches, in page order."""
        return [self.elements[place] for place in sorted(self.places(pattern, hints))]

    def places(self, pattern: re.Pattern[str], hints: tuple[str, ...]) -> set[int]:
        """Return the places of the elements whose class or id matches.

        ``hints``: pieces of words, one of which every match holds. They are looked for
        first, in all classes at once, because that is a hundred times as fast.
        """
        found = {line for hint in hints for line in self._lines_with(hint)}
        words = tuple(self.by_words)
        return {
            place
            for line in found
            if pattern.search(words[line])
            for place in self.by_words[words[line]]
        }

    def _lines_with(self, hint: str) -> Iterator[int]:
        at = self.lines.find(hint)
        while at >= 0:
            line = bisect_right(self.starts, at) - 1
            yield line
            at = self.lines.find(hint, self.starts[line + 1])


def survey(tree: HtmlElement) -> Survey:
    """Walk a tree once."""
    elements = tuple(tree.iter("*"))
    by_tag: dict[str, list[int]] = defaultdict(list)
    by_itemprop: dict[str, list[int]] = defaultdict(list)
    by_words: dict[str, list[int]] = defaultdict(list)
    styled: list[HtmlElement] = []
    for place, element in enumerate(elements):
        get = element.get
        by_tag[element.tag].append(place)
        if value := get("class"):
            by_words[value].append(place)
        if value := get("id"):
            by_words[value].append(place)
        if (value := get("style")) and ("none" in value or "hidden" in value):
            styled.append(element)
        if value := get("itemprop"):
            by_itemprop[value].append(place)
    by_words = _on_one_line(by_words)
    starts = (0, *accumulate(len(words) + 1 for words in by_words))
    lines = "\n".join(by_words)
    ranked = sorted(place for tag in _HEADINGS for place in by_tag.get(tag, ()))
    headings = {place: elements[place].text_content() for place in ranked}
    return Survey(elements, by_tag, by_itemprop, by_words, headings, lines, starts, tuple(styled))


def _on_one_line(by_words: dict[str, list[int]]) -> dict[str, list[int]]:
    """Return the same with no line break in any class or id."""
    if not any("\n" in words for words in by_words):
        return by_words
    joined: dict[str, list[int]] = {}
    for words, places in by_words.items():
        joined.setdefault(words.replace("\n", " "), []).extend(places)
    return joined
