"""From a page's bytes to one parsed tree, guarded.

Limits come first, by counting bytes: some pages of a few hundred kilobytes would
hold a parser or an extractor for a minute (100,000 attributes on one element, a
million links, 120,000 paragraphs). Real news pages stay below a half of each.
"""
# ruff: noqa: E501 (patterns and tables, one a line)

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, cast

from lxml import etree
from lxml.html import HtmlElement, HTMLParser

from transforms.encodings import clean_utf8, encoding_of, to_utf8

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

MAX_ELEMENTS = 40_000
MAX_SIBLINGS = 5_000  # work grows with the square of them; novels on one page have under 4,000
MAX_LINKS = 10_000
MAX_ATTRIBUTES = 60_000
MAX_ATTRIBUTES_OF_ONE = 2_000
ATTRIBUTE_BYTES = 4  # at least, with its quotes
MAX_BREAKS = 10_000
MAX_LD_JSON_BYTES = 1_000_000
MAX_RUN_BYTES = 1_000_000
LONG_TAG_BYTES = 8_000  # a shorter one cannot hold too many attributes

_LIMITS: Mapping[str, tuple[tuple[bytes, ...], int]] = {
    "links": ((b"<a ",), MAX_LINKS),
    "attributes": ((b'="', b"='"), MAX_ATTRIBUTES),
    "line breaks": ((b"<br",), MAX_BREAKS),
    "table rows": ((b"<tr",), MAX_BREAKS),
    "paragraphs": ((b"<p>", b"<p "), MAX_BREAKS),
    "list items": ((b"<li",), MAX_BREAKS),
}
_SCRIPT = re.compile(rb"<(script|style|svg)[\s/>]")  # on lower-case bytes
_NO_DRAWING = re.compile(rb"<(?:svg|div|p|h\d)[\s>]")
_QUOTED = re.compile(rb"\"[^\"]*\"|'[^']*'")
# U+00AD, U+200B, U+FEFF; U+200C and U+200D are part of Persian and Indic words.
_LAYOUT_HINTS = (b"\xc2\xad", b"\xe2\x80\x8b", b"\xef\xbb\xbf")
_NAMED_HINTS = re.compile(rb"&(?:#(?:173|8203|[xX][aA][dD]|[xX]200[bB])|shy|ZeroWidthSpace);")
_ESCAPED_HINTS = re.compile(rb"\\u(?:00[aA][dD]|200[bB])")


_count = etree.XPath("count(descendant::*)")
_is_crowded = etree.XPath(f"boolean(descendant::*[*[{MAX_SIBLINGS + 1}]])")


class TooComplexError(ValueError):
    """The page holds more of something than any article would."""


@dataclass(frozen=True, slots=True)
class Page:
    """One parsed page. ``tree`` holds no scripts; ``ld_json`` their JSON-LD, UTF-8."""

    tree: HtmlElement
    ld_json: tuple[bytes, ...]
    encoding: str
    is_ld_json_cut: bool


def read_page(body: bytes, content_type: str | None) -> Page | None:
    """Parse a page; None where there is no HTML in it.

    Raises: TooComplexError, saying what there is too much of.
    """
    markup, ld_json, encoding, is_cut = _read_bytes(body, content_type)
    markup = _with_whole_words(markup)
    ld_json = tuple(_ESCAPED_HINTS.sub(b"", _with_whole_words(each)) for each in ld_json)
    if b"<" not in markup:
        return None
    tags = check_limits(markup)
    try:
        tree = etree.fromstring(markup, parser=_parser())
    except etree.XMLSyntaxError:
        return None
    if not isinstance(tree, HtmlElement) or tree.find("body") is None:
        return None
    if tags > MAX_SIBLINGS // 2:  # none implies more than one element that is not written
        check_tree(tree)
    return Page(tree, ld_json, encoding, is_cut)


def _read_bytes(
    body: bytes, content_type: str | None
) -> tuple[bytes, tuple[bytes, ...], str, bool]:
    """Return a page's markup without scripts, its JSON-LD, its encoding, whether JSON-LD was cut.

    Scripts are over half of a page's bytes: they are cut before these become characters, except
    where a tag's letters are no single bytes (UTF-16).
    """
    if b"\x00" in body:
        text, encoding = to_utf8(body, content_type)
        markup, ld_json, is_cut = cut_scripts(text)
        return markup, ld_json, encoding, is_cut
    markup, ld_json, is_cut = cut_scripts(body)
    encoding, is_valid = encoding_of(b"".join((markup, *ld_json)), content_type)
    markup, *texts = (clean_utf8(each, encoding, is_valid=is_valid) for each in (markup, *ld_json))
    return markup, tuple(texts), encoding, is_cut


@cache
def _parser() -> HTMLParser:
    """Return the parser, made once a process."""
    parser = HTMLParser(
        encoding="utf-8",
        remove_comments=True,
        remove_pis=True,
        collect_ids=False,
        default_doctype=False,  # type: ignore[call-arg]
    )
    parser.set_element_class_lookup(etree.ElementDefaultClassLookup(element=HtmlElement))
    return parser


def check_tree(tree: HtmlElement) -> None:
    """Raise TooComplexError where a tree has too many elements, or one of them too many children.

    Tags left open make more elements than the bytes tell.
    """
    elements = int(cast("float", _count(tree)))
    if elements > MAX_ELEMENTS:
        raise TooComplexError(f"{elements} elements, at most {MAX_ELEMENTS} are read")
    if elements > MAX_SIBLINGS and _is_crowded(tree):
        raise TooComplexError(f"over {MAX_SIBLINGS} elements side by side")


def check_limits(markup: bytes) -> int:
    """Return how many tags a page has, its scripts cut.

    Raises: TooComplexError where it has too many of something.
    """
    tags = markup.count(b"<")
    if tags > 2 * MAX_ELEMENTS:
        raise TooComplexError(f"{tags // 2} elements, at most {MAX_ELEMENTS} are read")
    most = {"attributes": len(markup) // ATTRIBUTE_BYTES}
    counted = {name: each for name, each in _LIMITS.items() if most.get(name, tags) > each[1]}
    lower = markup.lower() if counted else b""
    for name, (marks, limit) in counted.items():
        count = sum(lower.count(mark) for mark in marks)
        if count > limit:
            raise TooComplexError(f"{count} {name}, at most {limit} are read")
    long = list(_long_pieces(markup))
    if any(len(piece) > MAX_RUN_BYTES for piece in long):
        raise TooComplexError(f"over {MAX_RUN_BYTES} bytes of text without a tag")
    for piece in long:
        count = len(_QUOTED.sub(b"", piece.partition(b">")[0]).split())
        if count > MAX_ATTRIBUTES_OF_ONE and piece[:1].isalpha():
            raise TooComplexError(
                f"{count} attributes on one element, at most {MAX_ATTRIBUTES_OF_ONE} are read"
            )
    return tags


def _long_pieces(markup: bytes) -> Iterator[bytes]:
    """Yield what stands between two ``<`` further apart than a tag is long, in leaps of that."""
    at = -1
    while at + 1 + LONG_TAG_BYTES < len(markup):
        last = markup.rfind(b"<", at + 1, at + LONG_TAG_BYTES + 2)
        if last < 0:
            last = markup.find(b"<", at + 1)
            yield markup[at + 1 : last if last >= 0 else len(markup)]
        at = last if last >= 0 else len(markup)


def _with_whole_words(text: bytes) -> bytes:
    """Leave out soft hyphens and zero-width spaces, which only tell where a line may break."""
    for hint in _LAYOUT_HINTS:
        if hint[-1] in text:  # one byte is looked for at memory's speed
            text = text.replace(hint, b"")
    return _NAMED_HINTS.sub(b"", text)


def cut_scripts(markup: bytes) -> tuple[bytes, tuple[bytes, ...], bool]:
    """Cut scripts, styles and what is drawn out; return the rest, the JSON-LD texts, and whether one was too big."""
    lower = markup.lower()
    kept: list[bytes] = []
    ld_json: list[bytes] = []
    is_cut = False
    done = 0
    room = MAX_LD_JSON_BYTES
    while (found := _SCRIPT.search(lower, done)) is not None:
        inner = lower.find(b">", found.start()) + 1 or len(lower)
        close = lower.find(b"</" + found.group(1), inner)
        if found.group(1) == b"svg":
            kept.append(markup[done:inner])
            done = inner if _is_left_open(lower, inner, close) else close
            continue
        close = close if close >= 0 else len(lower)
        kept.append(markup[done : found.start()])
        if b"ld+json" in lower[found.start() : inner]:
            if close - inner <= room:
                ld_json.append(markup[inner:close])
                room -= close - inner
            else:
                is_cut = True
        done = lower.find(b">", close) + 1 or len(lower)
    kept.append(markup[done:])
    return b"".join(kept), tuple(ld_json), is_cut


def _is_left_open(lower: bytes, start: int, close: int) -> bool:
    """Tell whether a drawing that starts before ``start`` has nothing in it, or no end to it."""
    return (
        close < 0
        or lower.startswith(b"/>", start - 2)
        or _NO_DRAWING.search(lower, start, close) is not None
    )
