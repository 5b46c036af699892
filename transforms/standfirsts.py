"""The standfirst: the summary between headline and text, told apart from a first paragraph.

Many outlets declare their first paragraph as the description of the page. So what
is declared counts as a standfirst only where the page also shows it in another
manner than its paragraphs: as a heading, in bold as a whole, in a class of its own.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from transforms.asides import squeeze
from transforms.metadata import plain
from transforms.surroundings import line_of
from transforms.taking_out import drop

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator

    from lxml.html import HtmlElement

    from transforms.survey import Survey

MIN_CHARS = 20
MAX_CHARS = 1000
MAX_BYLINE_CHARS = 100
OPENING_CHARS = 12
ELEMENTS_AFTER_HEADLINE = 60
_HEADINGS = ("h1", "h2", "h3")
_TAGS = frozenset({"p", "div", "h2", "h3", "h4", "h5", "section", "span"})
_BOLD = frozenset({"b", "strong"})
_OF_TEXT = re.compile(r"para(?:graph)?|body|text|content|absatz", re.IGNORECASE)
_BYLINE = re.compile(r"^(?:by|von|par|por|di|door|av|af|автор:?)\s+\S", re.IGNORECASE)


def take_standfirst(page: Survey, headline: str, declared: Iterable[str]) -> str | None:
    """Take the standfirst out of the page's tree and return its text; None where there is none.

    ``declared``: what the page and its feed call the page's description.
    """
    wanted = {_key(text) for text in declared if len(text) >= MIN_CHARS}
    for element in _after_headline(page, headline):
        if not (_may_be_declared(element, wanted) or _is_bold(element)):
            continue
        text = plain(line_of(element, 2 * MAX_CHARS))
        if not MIN_CHARS <= len(text) <= MAX_CHARS:
            continue
        is_declared = _key(text) in wanted
        if (is_declared and _is_set_apart(page, element)) or _is_bold_before_byline(element):
            drop(element)
            return text
    return None


def _may_be_declared(element: HtmlElement, wanted: Collection[str]) -> bool:
    """Tell, by the first words, whether an element's text can be one that is wanted."""
    opening = next((piece for piece in element.itertext() if not piece.isspace()), "")
    if "&" in opening or "<" in opening:  # twice encoded
        return True
    start = _key(opening)[:OPENING_CHARS].rstrip(".…")
    return any(text.startswith(start) for text in wanted)


def _key(text: str) -> str:
    return squeeze(text).casefold().rstrip(".…")


def _after_headline(page: Survey, headline: str) -> Iterator[HtmlElement]:
    start = _key(headline)
    places = sorted(place for tag in _HEADINGS for place in page.by_tag.get(tag, ()))
    for place in places:
        if _key(page.elements[place].text_content()) == start:
            following = page.elements[place + 1 : place + 1 + ELEMENTS_AFTER_HEADLINE]
            yield from (
                element
                for element in following
                if element.tag in _TAGS and next(element.iterancestors("figure"), None) is None
            )
            return


def _is_set_apart(page: Survey, element: HtmlElement) -> bool:
    """Tell whether an element is a heading, wholly bold, or alone on the page with its class."""
    if element.tag in {"h2", "h3", "h4", "h5"} or _is_bold(element):
        return True
    name = (element.get("class") or "").replace("\n", " ")
    likes = [page.elements[place] for place in page.by_words.get(name, ())]
    if not name.strip() or _OF_TEXT.search(name):
        return False
    return all(other is element or len(other.text_content()) < MIN_CHARS for other in likes)


def _is_bold(element: HtmlElement) -> bool:
    return (
        len(element) == 1
        and element[0].tag in _BOLD
        and not (element.text or "").strip()
        and not (element[0].tail or "").strip()
    )


def _is_bold_before_byline(element: HtmlElement) -> bool:
    """Tell whether a paragraph wholly in bold stands between a heading and a byline."""
    before, after = element.getprevious(), element.getnext()
    if element.tag != "p" or before is None or after is None or before.tag not in _HEADINGS:
        return False
    below = plain(after.text_content())
    return _is_bold(element) and len(below) <= MAX_BYLINE_CHARS and _BYLINE.match(below) is not None
