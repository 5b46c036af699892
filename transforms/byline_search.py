"""The last resort for a byline: whatever the page's markup names after an author.

Asked only where neither a declaration nor a marked byline names anybody. Names of classes are
tried from the certain to the vague; what stands in figures, dates, comments or lists of
related articles is no byline.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lxml.html import HtmlElement

    from transforms.survey import Survey

MIN_CHARS, MAX_CHARS = 3, 120
MAX_CANDIDATES = 200
_HINTS = (
    "uthor", "yline", "byl", "BBL", "username", "screenname", "writer", "zuozhe", "bianji",
    "xiaobian", "channel-name", "ubmitted-by", "osted-by", "ournalist-name",
)  # fmt: skip
_ANY = re.compile("")
_CERTAIN_TAGS = frozenset({"a", "address", "div", "link", "p", "span", "strong"})
_LIKELY_TAGS = frozenset({"a", "div", "h3", "h4", "p", "span"})
_CERTAIN_CLASS = re.compile(r"^author$|author-?name|AuthorName|authorName")
_LIKELY_CLASS = re.compile(
    r"^(?:byline|username|byl|BBL)$|author|channel-name|zuozhe|bianji|xiaobian|submitted-by|"
    r"posted-by|journalist-name"
)
_LIKELY_ID = re.compile(r"author|zuozhe|bianji|xiaobian")
_VAGUE_CLASS = re.compile(r"[Aa]uthor|screenname|writer|[Bb]yline")
_ELSEWHERE_TAGS = frozenset({"a", "div", "section", "span"})
_ELSEWHERE = re.compile(
    r"^(?:comments|title|date)$|^[Cc]omments|comment-?list|comments-list|sidebar|is-hidden|quote|"
    r"embedly-instagram|article-(?:share|support)|print|category|meta-date|meta-reviewer|"
    r"ProductReviews"
)


def search_byline(page: Survey) -> str | None:
    """Return the text of the first element that is named after an author; None without one.

    A name all in lower-case letters is capitalised: styles do that on the page.
    """
    candidates = list(_candidates(page))
    for is_meant in (_is_certain, _is_likely, _is_vague):
        for element in candidates:
            if is_meant(element) and not _is_elsewhere(element):
                text = " ".join(" ".join(_texts(element)).split())
                if MIN_CHARS <= len(text) < MAX_CHARS:
                    return text.title() if text.islower() else text
    return None


def _candidates(page: Survey) -> Iterator[HtmlElement]:
    places = page.places(_ANY, _HINTS) | set(page.by_tag.get("author", ()))
    for prop, marked in page.by_itemprop.items():
        if "author" in prop:
            places.update(marked)
    for place in page.by_tag.get("a", ()):
        if page.elements[place].get("rel") == "author":
            places.add(place)
    for place in sorted(places)[:MAX_CANDIDATES]:
        yield page.elements[place]


def _is_certain(element: HtmlElement) -> bool:
    if element.tag == "author":
        return True
    return element.tag in _CERTAIN_TAGS and (
        element.get("rel") == "author"
        or element.get("id") == "author"
        or element.get("itemprop") == "author name"
        or _CERTAIN_CLASS.search(element.get("class") or "") is not None
    )


def _is_likely(element: HtmlElement) -> bool:
    return element.tag in _LIKELY_TAGS and (
        "author" in (element.get("itemprop") or "")
        or _LIKELY_ID.search(element.get("id") or "") is not None
        or _LIKELY_CLASS.search(element.get("class") or "") is not None
    )


def _is_vague(element: HtmlElement) -> bool:
    return (
        "author" in (element.get("itemprop") or "")
        or "uthor" in (element.get("id") or "")
        or _VAGUE_CLASS.search(element.get("class") or "") is not None
    )


def _is_elsewhere(element: HtmlElement) -> bool:
    return _is_apart(element) or any(map(_is_apart, element.iterancestors()))


def _is_apart(element: HtmlElement) -> bool:
    """Tell whether an element holds no byline: a date, a figure, what is named after others."""
    if element.tag in {"time", "figure"}:
        return True
    return element.tag in _ELSEWHERE_TAGS and any(
        _ELSEWHERE.search(element.get(name) or "") for name in ("class", "id")
    )


def _texts(element: HtmlElement) -> Iterator[str]:
    """Yield the texts in an element, but for what stands apart in it."""
    if element.text:
        yield element.text
    for child in element:
        if not _is_apart(child):
            yield from _texts(child)
        if child.tail:
            yield child.tail
