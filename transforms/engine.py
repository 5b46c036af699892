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
from typing import TYPE_CHECKING, Literal

import htmldate
import trafilatura
from trafilatura.core import ESCALATION_MAX_LENGTH, ESCALATION_PAGE_SHARE, bare_extraction
from trafilatura.external import SANITIZED_XPATH
from trafilatura.htmlprocessing import convert_tags, prune_unwanted_nodes, tree_cleaning
from trafilatura.main_extractor import extract_comments, extract_content
from trafilatura.metadata import extract_author
from trafilatura.settings import Extractor
from trafilatura.xpaths import RAW_TREE_PRUNE_XPATH

if TYPE_CHECKING:
    from datetime import date

    from lxml.etree import _Element
    from lxml.html import HtmlElement

VERSION = f"trafilatura {trafilatura.__version__}"

PieceKind = Literal["paragraph", "heading", "list", "quotation", "table"]

READABILITY_RATIO = 2.0
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


def main_text(tree: HtmlElement, url: str | None) -> list[Piece]:
    """Return the pieces of a page's main text, in page order; empty where there is none.

    Trafilatura's own extractor runs first and alone; the whole cascade (readability,
    justext, a second try) only where it could change the result. The tree is used up.
    """
    options = Extractor(output_format="python", url=url, comments=True, tables=True)
    body = _sure_body(copy(tree), options)
    if body is None:
        document = bare_extraction(tree, options=options)
        if document is None:
            return []
        body = document.body
    return pieces_of(body)


def _sure_body(tree: HtmlElement, options: Extractor) -> _Element | None:
    """Return the first stage's body where no later stage could replace it, else None.

    Readability replaces it only with over twice its text, or where it holds no
    paragraphs or more tables than paragraphs; the second try only with less than
    a fifth of the page's text and under 3,000 characters; justext only where
    markup is left in it.

    Source: trafilatura 2.3.1, ``core.trafilatura_sequence``, ``external.compare_extraction``.
    """
    tree = prune_unwanted_nodes(tree, RAW_TREE_PRUNE_XPATH)
    page_chars = _chars(tree)
    cleaned = tree_cleaning(tree, options)
    cleaned_chars = _chars(cleaned)
    cleaned = convert_tags(cleaned, options, options.url)
    _, _, cleaned = extract_comments(cleaned, options)
    body, text = extract_content(cleaned, options)
    chars = len(text)
    is_sure = (
        chars >= options.min_extracted_size
        and cleaned_chars <= READABILITY_RATIO * chars
        and (chars >= ESCALATION_MAX_LENGTH or chars >= ESCALATION_PAGE_SHARE * page_chars)
        and next((True for p in body.iter("p") if (p.text or len(p))), False)
        and sum(1 for _ in body.iter("table")) <= sum(1 for _ in body.iter("p"))
        and not body.xpath(SANITIZED_XPATH)
    )
    return body if is_sure else None


def _chars(tree: HtmlElement) -> int:
    return len(" ".join("".join(tree.itertext()).split()))


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
