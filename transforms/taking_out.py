"""Taking elements out of a page's tree, the text behind them kept."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from lxml import etree

if TYPE_CHECKING:
    from collections.abc import Iterable

    from lxml.html import HtmlElement

_OF_ARTICLES = ("h1", "p", "article", "main", "time")
_article_within = etree.XPath(
    "boolean(descendant-or-self::*[self::h1 or self::article or self::main])"
)
_HIDING = re.compile(
    r"(?:^|[;\s])(?:display\s*:\s*none|(?P<invisible>visibility\s*:\s*hidden))", re.IGNORECASE
)
MAX_UNDISPLAYED_CHARS = 200


def holds(element: HtmlElement, *tags: str) -> bool:
    """Tell whether an element with one of these tags stands in another."""
    return next(element.iterdescendants(*tags), None) is not None


def drop(element: HtmlElement) -> None:
    """Remove an element, its tail kept, a space in its place."""
    parent = element.getparent()
    if parent is None:
        return
    tail = f" {element.tail}" if element.tail else None
    previous = element.getprevious()
    parent.remove(element)
    if tail:
        if previous is None:
            parent.text = (parent.text or "") + tail
        else:
            previous.tail = (previous.tail or "") + tail


def drop_menus(tree: HtmlElement) -> None:
    """Take out menus and choices that hold nothing of an article: a fifth of a page's elements."""
    menus = [menu for menu in tree.iter("nav", "select") if not holds(menu, *_OF_ARTICLES)]
    for menu in menus:
        drop(menu)


def hidden_elements(styled: Iterable[HtmlElement]) -> list[HtmlElement]:
    """Return, of elements with inline styles, those hidden for good: none holds the article.

    What is not displayed may be folded and shown at a click, unless it is but a short line;
    what is invisible in its place is not. Classes say nothing for sure.
    """
    return [
        element
        for element in styled
        if (match := _HIDING.search(element.get("style") or "")) is not None
        and not _article_within(element)
        and (match["invisible"] is not None or len(element.text_content()) <= MAX_UNDISPLAYED_CHARS)
    ]
