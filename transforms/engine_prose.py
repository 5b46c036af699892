"""A page's prose by the density of its stop words: the second opinion on where the text is.

The page is parted at its block elements; a part that is long, not linked and rich in the
small words of any language is prose, one between such parts belongs to it. It finds text
that no expression knows the place of, and takes whatever reads like text.

Source: J. Pomikálek, Removing Boilerplate and Duplicate Content from Web Corpora (2011);
its stop lists are those of the jusText package. Thresholds: trafilatura 2.3.1, ``external``.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import TYPE_CHECKING, Literal

from justext.utils import get_stoplist, get_stoplists
from lxml import etree

if TYPE_CHECKING:
    from collections.abc import Sequence

    from lxml.etree import _Element

Rank = Literal["good", "near", "short", "bad"]

MAX_REMEMBERED = 10_000
SHORT_CHARS = 50
LONG_CHARS = 150
STOP_WORDS_LOW = 0.1
STOP_WORDS_HIGH = 0.2
MAX_LINKED = 0.25
_PARTING = frozenset(
    {"body", "blockquote", "caption", "center", "col", "colgroup", "dd", "div", "dl", "dt",
     "fieldset", "form", "legend", "optgroup", "option", "p", "pre", "table", "td", "textarea",
     "tfoot", "th", "thead", "tr", "ul", "li", "h1", "h2", "h3", "h4", "h5", "h6"}
)  # fmt: skip
_SKIPPED = frozenset(
    {"aside", "fencedframe", "footer", "head", "script", "style", "svg", "template"}
)
_BOXES = frozenset({"div", "list", "section", "details"})
_CONSENT = re.compile(
    r"cookie[-_]?(?:banner|bar|consent|law|notice|policy|description)|notice[-_]{0,2}cookie"
    r"|consent[-_]?(?:banner|manager|sdk)|borlabs|cookiebot|cmplz|onetrust|moove[-_]?gdpr",
    re.IGNORECASE,
)
_CONSENT_HINTS = ("cookie", "consent", "borlabs", "cmplz", "onetrust", "gdpr")
_COMMENTS_ID = re.compile(r"^(?:[Cc]omment(?!ary)|comol|disqus_thread|dsq-comments)")
_COMMENTS_CLASS = re.compile(r"^[Cc]omment(?!ary)|(?:article|post)-comments")


@dataclass(slots=True)
class Part:
    """One part of a page: its text on one line, and what tells whether it is prose."""

    text: str
    linked_chars: int
    is_choice: bool  # in a select element


def parts_of(tree: _Element) -> list[Part]:
    """Part a page at its block elements, comments, footers and consent boxes left out."""
    parter = _Parter()
    walk = etree.iterwalk(tree, events=("start", "end"))
    skipped: _Element | None = None
    for event, element in walk:
        if event == "end":
            if element is not skipped:
                parter.end(str(element.tag))
            parter.read(element.tail)
        elif _is_skipped(element, element.tag):
            walk.skip_subtree()
            skipped = element
        else:
            parter.start(str(element.tag))
            parter.read(element.text)
    parter.part()
    return parter.parts


class _Parter:
    """Gathers texts until a block element starts or ends, or two line breaks follow each other."""

    def __init__(self) -> None:
        self.parts: list[Part] = []
        self._texts: list[str] = []
        self._linked_chars = self._links = self._choices = 0
        self._is_after_break = False

    def start(self, tag: str) -> None:
        is_break = tag == "br"
        if tag in _PARTING or (is_break and self._is_after_break):
            self.part()
        elif is_break:
            self._texts.append(" ")
        elif tag == "a":
            self._links += 1
        elif tag == "select":
            self._choices += 1
        self._is_after_break = is_break

    def end(self, tag: str) -> None:
        if tag in _PARTING:
            self.part()
        elif tag == "a":
            self._links -= 1
        elif tag == "select":
            self._choices -= 1

    def read(self, text: str | None) -> None:
        if text:
            self._texts.append(text)
            if self._links:
                self._linked_chars += len(text.strip())
            self._is_after_break = self._is_after_break and text.isspace()

    def part(self) -> None:
        if text := " ".join("".join(self._texts).split()):
            self.parts.append(Part(text, self._linked_chars, self._choices > 0))
        self._texts.clear()
        self._linked_chars = 0


def prose(parts: Sequence[Part]) -> list[str]:
    """Return the texts of the parts that are prose, in page order."""
    ranks = _decided([_rank(part) for part in parts])
    return [part.text for part, rank in zip(parts, ranks, strict=True) if rank == "good"]


@cache
def stop_words() -> frozenset[str]:
    """Return the small words of all languages that there is a list of; read once a process."""
    return frozenset(word for language in get_stoplists() for word in get_stoplist(language))


def _is_skipped(element: _Element, tag: object) -> bool:
    if tag in _SKIPPED or not isinstance(tag, str):
        return True
    names, place = element.get("class"), element.get("id")
    if names is None and place is None:
        return False
    return _is_named_aside(names or "", place or "", is_box=tag in _BOXES)


@lru_cache(maxsize=MAX_REMEMBERED)
def _is_named_aside(names: str, place: str, *, is_box: bool) -> bool:
    """Tell whether a class and an id are those of a footer, of comments or of a consent box."""
    if is_box and (
        "footer" in names
        or "footer" in place
        or _COMMENTS_CLASS.search(names)
        or _COMMENTS_ID.match(place)
    ):
        return True
    both = f"{names} {place}".lower()
    return any(hint in both for hint in _CONSENT_HINTS) and _CONSENT.search(both) is not None


def _rank(part: Part) -> Rank:
    """Judge one part by itself."""
    chars = len(part.text)
    if part.linked_chars > MAX_LINKED * chars or "©" in part.text or part.is_choice:
        return "bad"
    if chars < SHORT_CHARS:
        return "bad" if part.linked_chars else "short"
    words = part.text.lower().split()
    share = sum(map(stop_words().__contains__, words)) / len(words)
    if share >= STOP_WORDS_HIGH:
        return "good" if chars > LONG_CHARS else "near"
    return "near" if share >= STOP_WORDS_LOW else "bad"


def _decided(ranks: Sequence[Rank]) -> list[Rank]:
    """Decide on the short and the doubtful parts by what stands around them."""
    before, after = _nearest(ranks, {"good", "bad"}), _nearest(ranks[::-1], {"good", "bad"})[::-1]
    doubtful: set[Rank] = {"good", "bad", "near"}
    just_before, just_after = _nearest(ranks, doubtful), _nearest(ranks[::-1], doubtful)[::-1]
    decided: list[Rank] = list(ranks)
    for place, rank in enumerate(ranks):
        if rank != "short":
            continue
        around = {before[place], after[place]}
        is_mixed = around == {"good", "bad"}
        by_doubt = (before[place] == "bad" and just_before[place] == "near") or (
            after[place] == "bad" and just_after[place] == "near"
        )
        decided[place] = "good" if around == {"good"} or (is_mixed and by_doubt) else "bad"
    before, after = (
        _nearest(decided, {"good", "bad"}),
        _nearest(decided[::-1], {"good", "bad"})[::-1],
    )
    return [
        rank if rank != "near" else "good" if "good" in {before[place], after[place]} else "bad"
        for place, rank in enumerate(decided)
    ]


def _nearest(ranks: Sequence[Rank], wanted: set[Rank]) -> list[Rank]:
    """Return, for each place, the nearest earlier rank that is wanted; ``bad`` where none is."""
    found: list[Rank] = []
    last: Rank = "bad"
    for rank in ranks:
        found.append(last)
        if rank in wanted:
            last = rank
    return found
