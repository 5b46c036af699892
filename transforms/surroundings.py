"""What stands around an article's headline on its page: the lines that tell of it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from transforms.mastheads import fold

if TYPE_CHECKING:
    from collections.abc import Collection

    from lxml.html import HtmlElement

    from transforms.survey import Survey

ELEMENTS_BEFORE, ELEMENTS_AFTER = 20, 60
_COMMENTS = r"comments?(?:list|-list|-body|-content|-author)?|reply|replies|respond|answers?"
_OF_COMMENTS = re.compile(rf"(?:^|[\s_-])(?:{_COMMENTS})(?:$|[\s_-])", re.IGNORECASE)
_OF_OTHERS = re.compile(
    rf"(?:^|[\s_-])(?:{_COMMENTS}|related|teasers?|sidebar|widgets?|recommend\w*|recent|popular|"
    r"latest|most[_-]?read|read[_-]?more|copyright|footer|calendar|events?)(?:$|[\s_-])",
    re.IGNORECASE,
)
_APART_TAGS = frozenset({"nav", "aside", "footer"})
_APART_PROPERTIES = frozenset({"comment", "suggestedAnswer", "acceptedAnswer", "event"})
_ROOTS = frozenset({"body", "html", "main", "article"})  # 'comments-open' says nothing of them


def around_headline(page: Survey, headline: str) -> list[HtmlElement]:
    """Return the elements around the headline, in page order, those after it first."""
    place = _headline_place(page, headline)
    if place is None:
        return []
    after = page.elements[place + 1 : place + 1 + ELEMENTS_AFTER]
    around = set(page.elements[place].iterancestors())
    before = page.elements[max(0, place - ELEMENTS_BEFORE) : place]
    return [*after, *(element for element in reversed(before) if element not in around)]


def headline_holders(page: Survey, headline: str) -> set[HtmlElement]:
    """Return the elements that the headline stands in: the article's, whatever they are called."""
    place = _headline_place(page, headline)
    return set() if place is None else set(page.elements[place].iterancestors())


def _headline_place(page: Survey, headline: str) -> int | None:
    """Return where the headline stands: the heading that says it, or more; else the first one."""
    wanted = fold(headline)
    texts = {place: fold(text) for place, text in page.headings.items()}
    named = (place for place, text in texts.items() if text == wanted)
    longer = (place for place, text in texts.items() if wanted and wanted in text)
    found = next(named, None)
    first = next(iter(page.by_tag.get("h1", ())), None)
    return found if found is not None else next(longer, first)


def line_of(element: HtmlElement, max_chars: int) -> str:
    """Return an element's text in one line; empty where it is longer than a line."""
    pieces: list[str] = []
    chars = 0
    for piece in element.itertext():
        chars += len(piece.strip())
        if chars > max_chars:
            return ""
        pieces.append(piece)
    return " ".join(" ".join(pieces).split())


def is_wholly(element: HtmlElement, tags: Collection[str]) -> bool:
    """Tell whether all text of an element stands in children of these tags."""
    loose = [element.text, *(child.tail for child in element)]
    return (
        len(element) > 0
        and all(child.tag in tags for child in element)
        and not any(text and text.strip() for text in loose)
    )


def is_apart(element: HtmlElement, around: Collection[HtmlElement] = ()) -> bool:
    """Tell whether an element stands in a comment, a teaser, a sidebar or the page's foot.

    ``around``: what holds the headline; that is none of these, whatever it is called.
    """
    return _stands_in(element, _OF_OTHERS, around)


def is_aside(element: HtmlElement) -> bool:
    """Tell whether an element stands in a comment, or in what is marked as beside the article."""
    return _stands_in(element, _OF_COMMENTS, ())


def _stands_in(
    element: HtmlElement, names: re.Pattern[str], around: Collection[HtmlElement]
) -> bool:
    for place in (element, *element.iterancestors()):
        if place.tag in _ROOTS or place in around:
            continue
        if place.tag in _APART_TAGS or place.get("itemprop") in _APART_PROPERTIES:
            return True
        words = f"{place.get('class') or ''} {place.get('id') or ''}"
        if len(words) > 1 and names.search(words):
            return True
    return False
