"""Trafilatura's extractor, in its order and with its handlers, without its spare copies.

It copies each tree in case that too little is found in it, and asks every element that no
handler is for. Here the tree is made anew in the one page of twenty where it is needed again.

Source: trafilatura 2.3.1, ``main_extractor.extract_content``; its test compares the two.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

from lxml import etree
from trafilatura import main_extractor
from trafilatura.htmlprocessing import process_node
from trafilatura.main_extractor import extract_comments, extract_content, handle_textelem
from trafilatura.settings import INLINE_FORMATTABLE, MIN_DUPLICATE_LENGTH, TAG_CATALOG
from trafilatura.utils import text_chars_test
from trafilatura.xml import delete_element

from transforms.engine_paths import answered

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from lxml.etree import _Element
    from lxml.html import HtmlElement
    from trafilatura.settings import Extractor

PROSE_FACTOR = 3
_TABLES = frozenset({"table", "td", "th", "tr"})
_HANDLED = frozenset({"list", "code", "quote", "head", "p", "lb", "hi", "ref", "del", "table"})
_REBUILT = frozenset({"code", "quote", "list", "table"})
_NOT_LAST = frozenset({"head", "ref"})
_SPACED = frozenset({"code", "pre"})
_text = etree.XPath("string()", smart_strings=False)


@dataclass(frozen=True, slots=True)
class Content:
    """What was found in one tree: the body in trafilatura's vocabulary, and its text."""

    body: _Element
    text: str


def content_of(make_tree: Callable[[], HtmlElement], options: Extractor) -> Content:
    """Find the main text in a tree that is made on demand, once more where little is found."""
    tree = make_tree()
    with answered(tree):
        _, _, tree = extract_comments(tree, options)
        body = _gathered(tree, options)
        text = " ".join(cast("Iterator[str]", body.itertext())).strip()
    if len(body) == 0 or len(text) < options.min_extracted_size:
        tree = make_tree()
        with answered(tree):
            _, _, tree = extract_comments(tree, options)
            return Content(*extract_content(tree, options))
    _without_repeats(body)
    etree.strip_elements(body, "done")
    etree.strip_tags(body, "div")
    for line_break in body.iter("lb"):
        if line_break.tail and line_break.tail.isspace() and not _is_spaced(line_break):
            line_break.tail = None
    return Content(body, text)


def _gathered(tree: HtmlElement, options: Extractor) -> _Element:
    """Gather the text of the first frame that holds any."""
    tags = set(TAG_CATALOG) | _TABLES
    body = etree.Element("body")
    for expression in main_extractor.BODY_XPATH:
        frame = next(iter(expression(tree)), None)
        if frame is None:
            continue
        frame = main_extractor.prune_unwanted_sections(frame, tags, options)
        if len(frame) == 0:
            continue
        if not _has_paragraphs(frame, PROSE_FACTOR * options.min_extracted_size):
            tags.add("div")
        _gather(frame, body, tags, options)
        while len(body) > 0 and body[-1].tag in _NOT_LAST:
            delete_element(body[-1], keep_tail=False)
        if len(body) > 1:
            break
    return body


def _gather(frame: HtmlElement, body: _Element, tags: set[str], options: Extractor) -> None:
    """Move or copy what is text in a frame to the body, piece by piece."""
    elements = list(frame.iterdescendants("*"))
    kinds = {element.tag for element in elements}
    is_run = frame.tag == "div" and "div" in tags and kinds <= INLINE_FORMATTABLE | {"lb"}
    start, lead = len(body), None
    if kinds == {"lb"} or is_run:
        elements = [frame]
    elif text_chars_test(frame.text):
        lead = etree.Element("p")
        lead.text = frame.text
        lead = process_node(lead, options)
    has_moved = False
    for element in elements:
        tag = element.tag
        if tag not in _HANDLED and not (tag == "div" and _may_be_text(element, tags)):
            continue
        if has_moved and element.getroottree().getroot() is body:
            continue  # it went with one above it
        has_moved |= _take(element, body, tags, options)
    if lead is not None and len(body) > 1:
        body.insert(start, lead)


def _may_be_text(element: HtmlElement, tags: set[str]) -> bool:
    return "div" in tags or "w3-code" in (element.get("class") or "")


def _take(element: HtmlElement, body: _Element, tags: set[str], options: Extractor) -> bool:
    """Let its handler turn an element into text; tell whether it was moved with all it holds."""
    tag, tail = element.tag, element.tail
    found = handle_textelem(element, tags, options)
    if found is not None:
        body.append(found)
        if found is not element:
            element.tag = "done"
    if (
        tag in _REBUILT
        and text_chars_test(tail)
        and (found is None or found.tail is None)  # it has not been carried over yet
    ):
        after = etree.Element("p")
        after.text = tail
        if process_node(after, options) is not None:
            body.append(after)
    return found is element and len(element) > 0


def _has_paragraphs(frame: HtmlElement, chars: int) -> bool:
    """Tell whether the paragraphs of a frame's tree hold so many characters."""
    found = 0
    for paragraph in frame.getroottree().getroot().iter("p"):
        found += len(paragraph.text_content())
        if found >= chars:
            return True
    return False


def _without_repeats(body: _Element) -> None:
    """Drop a long piece that repeats the one before."""
    previous = None
    for piece in list(body):
        text = cast("str", _text(piece))
        text = " ".join(text.split()) if len(text) > MIN_DUPLICATE_LENGTH else ""
        if len(text) > MIN_DUPLICATE_LENGTH and text == previous:
            delete_element(piece, keep_tail=False)
        else:
            previous = text


def _is_spaced(element: _Element) -> bool:
    return next(element.iterancestors(*_SPACED), None) is not None
