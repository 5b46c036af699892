"""From trafilatura's tree to pieces of text: its small vocabulary stands here alone.

The vocabulary is TEI-like: ``head``, ``p``, ``list``/``item``, ``quote``, ``code``, ``table``/
``row``/``cell``, ``lb``.

Source: trafilatura 2.3.1, ``xml.TEI_VALID_TAGS``.
"""
# ruff: noqa: RUF001 (punctuation of several scripts)

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from lxml.etree import _Element

PieceKind = Literal["paragraph", "heading", "list", "quotation", "table"]

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
_SENTENCE_END = re.compile(r"[.!?…。！？؟।။:;\"”»“’)\]]$")
_HEADING_LEVEL = re.compile(r"h([1-6])")


@dataclass(frozen=True, slots=True)
class Piece:
    """One piece of the main text: one line of text, of one kind. ``level``: of a heading."""

    kind: PieceKind
    text: str
    level: int | None = None


def pieces_of(body: _Element) -> list[Piece]:
    """Turn trafilatura's body tree into pieces."""
    found: list[Piece] = []
    _walk(body, found)
    return found


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
    return [line for part in text.split(_BREAK) if (line := " ".join(part.split()))]


def _joined(lines: list[str]) -> list[str]:
    """Join lines that break inside a sentence; a break after its end parts two paragraphs."""
    runs: list[list[str]] = []
    for line in lines:
        if runs and not _SENTENCE_END.search(runs[-1][-1]):
            runs[-1].append(line)
        else:
            runs.append([line])
    return [" ".join(run) for run in runs]
