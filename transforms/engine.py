"""The body's engine: the only module that knows trafilatura and htmldate.

Trafilatura finds the main text and gives it as a tree in its own small
vocabulary (TEI-like: ``head``, ``p``, ``list``/``item``, ``quote``, ``table``/
``row``/``cell``, ``lb``). This module turns that tree into `Piece`s and hides
everything else. Its test tells when an upgrade changes the vocabulary.

Source: trafilatura 2.3.1, ``core.bare_extraction`` and ``xml.TEI_VALID_TAGS``.
"""
# ruff: noqa: RUF001 (punctuation of several scripts)

from __future__ import annotations

import logging
import re
from copy import copy
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Literal

import htmldate
import trafilatura
from lxml.html import document_fromstring
from trafilatura.baseline import baseline, html2txt
from trafilatura.core import (
    ESCALATION_ACCEPT_RATIO,
    ESCALATION_JUSTEXT_RATIO,
    ESCALATION_MAX_LENGTH,
    ESCALATION_PAGE_SHARE,
    _extract_and_compare,
    _prepare_tree,
)
from trafilatura.external import (
    SANITIZED_XPATH,
    compare_extraction,
    jt_stoplist_init,
    justext_rescue,
)
from trafilatura.htmlprocessing import convert_tags, prune_unwanted_nodes, tree_cleaning
from trafilatura.main_extractor import extract_comments, extract_content
from trafilatura.metadata import extract_author
from trafilatura.settings import Extractor
from trafilatura.xpaths import RAW_TREE_PRUNE_XPATH, REMOVE_COMMENTS_XPATH

from transforms.engine_paths import answered

if TYPE_CHECKING:
    from lxml.etree import _Element
    from lxml.html import HtmlElement

VERSION = f"trafilatura {trafilatura.__version__}"

PieceKind = Literal["paragraph", "heading", "list", "quotation", "table"]

READABILITY_RATIO = 2.0
APPENDED_HINTS = ("mvp-post-add", "infinite", "elementor-share-buttons")  # of RAW_TREE_PRUNE_XPATH
_KINDS: dict[str, PieceKind] = {
    "p": "paragraph",
    "ab": "paragraph",
    "head": "heading",
    "list": "list",
    "quote": "quotation",
    "code": "paragraph",
    "table": "table",
}
_BLOCK_TAGS = frozenset({*_KINDS, "item", "row", "cell", "div", "body"})
_BREAKS = frozenset({"item", "row", "lb", "p", "head", "quote", "list", "div"})
_BREAK = "\n"
_LINES = re.compile(r"\s*\n\s*")
_SPACE = re.compile(r"[^\S\n]+")
_SENTENCE_END = re.compile(r"[.!?…。！？؟।။:;\"”»“’)\]]$")
_HEADING_LEVEL = re.compile(r"h([1-6])")

# Discarded pages are told by a value; the library's own log line says nothing more.
logging.getLogger("trafilatura").setLevel(logging.CRITICAL)
logging.getLogger("htmldate").setLevel(logging.CRITICAL)


@dataclass(frozen=True, slots=True)
class Piece:
    """One piece of the main text: one line of text, of one kind. ``level``: of a heading."""

    kind: PieceKind
    text: str
    level: int | None = None


def main_text(tree: HtmlElement, url: str | None, names: str | None = None) -> list[Piece]:
    """Return the pieces of a page's main text, in page order; empty where there is none.

    The stages are trafilatura's, each only where it could change the result: its own
    extractor; readability and justext; the plain baseline; a second try with more
    recall. The tree is used up. ``names``: the classes and ids in it, where known.

    Source: trafilatura 2.3.1, ``core.trafilatura_sequence``.
    """
    options = Extractor(output_format="python", url=url, comments=True, tables=True)
    if names is None or any(hint in names for hint in APPENDED_HINTS):
        tree = prune_unwanted_nodes(tree, RAW_TREE_PRUNE_XPATH)
    body, text, is_sure = _first_stage(tree, options)
    if not is_sure:
        cleaned = tree_cleaning(copy(tree), options)
        body, text = compare_extraction(cleaned, copy(tree), body, text, options)
    if len(text) < options.min_extracted_size:
        plain_body, plain_text, chars = baseline(tree)
        if chars > len(text):
            body, text = plain_body, plain_text
    if 0 < len(text) < ESCALATION_MAX_LENGTH and len(text) < ESCALATION_PAGE_SHARE * _chars(tree):
        body = _second_try(tree, options, body, text)
    return pieces_of(body)


def _first_stage(tree: HtmlElement, options: Extractor) -> tuple[_Element, str, bool]:
    """Return the extractor's own body and text, and whether the comparison could not change it.

    Readability replaces the body only with over twice its text, or where it holds no
    paragraphs or more tables than paragraphs; justext only where markup is left in it.

    Source: trafilatura 2.3.1, ``external.compare_extraction``.
    """
    cleaned = tree_cleaning(copy(tree), options)
    cleaned_chars = _chars(cleaned)
    cleaned = convert_tags(cleaned, options, options.url)
    with answered(cleaned):
        _, _, cleaned = extract_comments(cleaned, options)
        body, text = extract_content(cleaned, options)
    is_sure = (
        len(text) >= options.min_extracted_size
        and cleaned_chars <= READABILITY_RATIO * len(text)
        and any(paragraph.text or len(paragraph) for paragraph in body.iter("p"))
        and sum(1 for _ in body.iter("table")) <= sum(1 for _ in body.iter("p"))
        and not body.xpath(SANITIZED_XPATH)
    )
    return body, text, is_sure


def _second_try(tree: HtmlElement, options: Extractor, body: _Element, text: str) -> _Element:
    """Try again with more recall where the text is a small part of the page's."""
    if len(text) >= ESCALATION_PAGE_SHARE * len(html2txt(tree)):
        return body
    wider = copy(options)
    wider.focus = "recall"
    pruned = prune_unwanted_nodes(copy(tree), REMOVE_COMMENTS_XPATH)
    converted, cleaned = _prepare_tree(pruned, wider, options.url)
    with answered(converted):
        found, found_text = _extract_and_compare(converted, cleaned, pruned, wider)
    other, other_text = justext_rescue(copy(pruned), options)
    chosen: _Element = body
    if len(other_text) > max(len(found_text), ESCALATION_JUSTEXT_RATIO * len(text)):
        chosen = other
    elif len(found_text) > max(options.min_extracted_size, ESCALATION_ACCEPT_RATIO * len(text)):
        chosen = found
    return chosen


def _chars(tree: HtmlElement) -> int:
    return len(" ".join("".join(tree.itertext()).split()))


def warm_up() -> None:
    """Load what the libraries load at first use: stop lists, the names of months."""
    jt_stoplist_init()
    tree = document_fromstring("<html><body><p>Posted on March 5, 2021</p></body></html>")
    page_date(tree, "https://example.org/", date(2022, 1, 1))


def pieces_of(body: _Element) -> list[Piece]:
    """Turn trafilatura's body tree into pieces."""
    found: list[Piece] = []
    _walk(body, found)
    return found


def byline(tree: HtmlElement) -> str | None:
    """Return what trafilatura takes for the author, from the markup: the last resort."""
    author = extract_author(tree)
    return author if isinstance(author, str) else None


def page_date(tree: HtmlElement, url: str, latest: date) -> str | None:
    """Return the date (ISO, a day) that htmldate finds, none later than ``latest``."""
    found = htmldate.find_date(
        tree, url=url, original_date=True, extensive_search=True, max_date=latest.isoformat()
    )
    return found if isinstance(found, str) else None


def _walk(element: _Element, found: list[Piece]) -> None:
    """Append the pieces of a container: its blocks, and the loose text between them."""
    loose: list[str] = [element.text or ""]
    for child in element:
        tag = str(child.tag)
        if tag in _KINDS:
            _flush(loose, found)
            _append(child, _KINDS[tag], found)
        elif tag in _BLOCK_TAGS or any(inner.tag in _KINDS for inner in child):
            _flush(loose, found)
            _walk(child, found)
        elif tag == "lb":
            loose.append(_BREAK)
        else:
            loose.append(_text(child))
        loose.append(child.tail or "")
    _flush(loose, found)


def _flush(loose: list[str], found: list[Piece]) -> None:
    found.extend(Piece("paragraph", line) for line in _lines("".join(loose)))
    loose.clear()


def _append(element: _Element, kind: PieceKind, found: list[Piece]) -> None:
    if kind == "list":
        items = [item for item in element if item.tag == "item"] or [element]
        found.extend(
            Piece("list", text) for item in items if (text := " ".join(_lines(_text(item))))
        )
        return
    if kind == "heading":
        text = " ".join(_lines(_text(element)))
        rank = _HEADING_LEVEL.search(element.get("rend") or "")
        if text:
            found.append(Piece("heading", text, int(rank.group(1)) if rank else None))
        return
    if kind == "table":
        rows = (" | ".join(_cells(row)) for row in element.iter("row"))
        text = " ¶ ".join(row for row in rows if row)
        if text:
            found.append(Piece("table", text))
        return
    found.extend(Piece(kind, line) for line in _joined(_lines(_text(element))))


def _cells(row: _Element) -> list[str]:
    return [text for cell in row if (text := " ".join(_lines(_text(cell))))]


def _text(element: _Element) -> str:
    """Return an element's text, with a line break wherever the page has one."""
    parts: list[str] = [element.text or ""]
    for child in element:
        is_break = child.tag in _BREAKS
        if is_break:
            parts.append(_BREAK)
        parts.append(_text(child))
        if is_break and child.tag != "lb":
            parts.append(_BREAK)
        parts.append(child.tail or "")
    return "".join(parts)


def _lines(text: str) -> list[str]:
    text = _SPACE.sub(" ", text)
    return [line for line in _LINES.split(text.strip()) if line]


def _joined(lines: list[str]) -> list[str]:
    """Join lines that break inside a sentence; a break after its end parts two paragraphs."""
    joined: list[str] = []
    for line in lines:
        if joined and not _SENTENCE_END.search(joined[-1]):
            joined[-1] = f"{joined[-1]} {line}"
        else:
            joined.append(line)
    return joined
