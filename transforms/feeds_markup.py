"""What is done to a feed's text before a parser sees it.

Real feeds come with warnings of the server in front, cut off in the middle, with
entities nobody declared and more items than anyone wants. The scan below finds the
items as spans of text, in one linear pass, so that all of that is settled before
the costly parsing.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from transforms.xml_text import OPAQUE, legal, resolve_entities, unescape_markup

Kind = Literal["rss", "rdf", "atom", "sitemap", "sitemapindex", "html", "unknown"]

_ROOTS: dict[str, tuple[Kind, str]] = {
    "rss": ("rss", "item"),
    "rdf": ("rdf", "item"),
    "feed": ("atom", "entry"),
    "urlset": ("sitemap", "url"),
    "sitemapindex": ("sitemapindex", "sitemap"),
}
_HTML_NAMES = frozenset({"html", "head", "body", "title", "meta", "script"})
_ITEM_PREFIXES = frozenset({"", "rss", "atom"})
_MAX_PROLOGUE_TAGS = 500

# Every pattern below starts with a plain "<": the search then skips what is none.
_OPAQUE_INNER = OPAQUE.removeprefix("<")
_PROLOGUE = re.compile(
    OPAQUE + r"|<\?.*?(?:\?>|\Z)|(?P<doctype><!doctype\s+(?P<doctype_name>[\w:]+))"
    r"|<(?:(?P<prefix>[\w.-]+):)?(?P<name>[A-Za-z][\w.-]*)(?=[\s/>])",
    re.DOTALL | re.IGNORECASE,
)
_ENTITY = re.compile(
    r"""<!ENTITY\s+([\w.-]{1,60})\s+(?:"([^"<&%]{0,200})"|'([^'<&%]{0,200})')\s*>"""
)
_FEED_MARKS = re.compile(
    r"""<(?:rss\b[^>]*\bversion=|[^>]*(?:www\.w3\.org/2005/Atom|purl\.org/rss/))""", re.IGNORECASE
)
_CHANNEL_OPEN = re.compile(r"<((?:[\w.-]+:)?channel)(?=[\s>])")


@dataclass(frozen=True, slots=True)
class Scan:
    """A feed's text made readable, and what had to be done for it.

    ``text`` starts with the root element and holds complete items only, at most
    the number allowed; ``head`` is what stands outside of the items.
    """

    kind: Kind
    text: str
    head: str = ""
    items: int = 0  # complete items found, cut or not
    items_cut: int = 0
    is_truncated: bool = False


def scan(text: str, max_items: int) -> Scan:
    """Return a feed's text ready for an XML parser.

    Drops what stands before the root element and after its end, control
    characters, and items beyond ``max_items``; closes a document that breaks off
    after its last complete item; resolves entities (HTML's names, and plain ones
    declared in the document) and escapes lone ampersands.
    """
    text = legal(text)
    root = _find_root(text)
    if root is None:
        return Scan("unknown", text)
    name = (root["name"] or "").lower()
    if name not in _ROOTS:
        return Scan("html", text)
    kind, item = _ROOTS[name]
    prologue, text = text[: root.start()], text[root.start() :]
    tag = root.group()[1:]
    cut = _cut(kind, text, tag, item, max_items)
    declared = {m[1]: m[2] or m[3] or "" for m in _ENTITY.finditer(prologue[-20_000:])}
    return Scan(
        kind,
        unescape_markup(resolve_entities(cut.text, declared)),
        resolve_entities(cut.head, declared),
        cut.items,
        cut.items_cut,
        cut.is_truncated,
    )


def without_prologue(text: str, root: str) -> str | None:
    """Return an XML text from its root element on, without control characters.

    With the prologue go the document type and all that it declares. None where
    there is no element of that name.
    """
    text = legal(text)
    for found in _PROLOGUE.finditer(text):
        if (found["name"] or "").lower() == root:
            return text[found.start() :]
    return None


def items_alone(text: str, kind: Kind) -> list[str]:
    """Return documents of one item each, from a text that `scan` made readable.

    For a parser that fails at one item and would take all others with it.
    """
    root = _PROLOGUE.match(text)
    if root is None or kind not in {"rss", "rdf", "atom"}:
        return []
    tag = root.group()[1:]
    start = text[: text.index(">") + 1] + ("<channel>" if kind == "rss" else "")
    end = ("</channel>" if kind == "rss" else "") + f"</{tag}>"
    spans, _, _ = _spans(text, tag, "entry" if kind == "atom" else "item")
    return [f"{start}{text[first:last]}{end}" for first, last in spans]


def _find_root(text: str) -> re.Match[str] | None:
    """Return the start tag of the root: of a known one, else of an HTML page.

    A feed may have an HTML doctype, and stand inside a page where its root says
    beyond doubt that it is one.
    """
    page: re.Match[str] | None = None
    doctype: re.Match[str] | None = None
    for count, found in enumerate(_PROLOGUE.finditer(text)):
        if count > _MAX_PROLOGUE_TAGS:
            break
        name = (found["name"] or "").lower()
        if name in _ROOTS and (page is None or _FEED_MARKS.match(text, found.start())):
            return found
        if name in _HTML_NAMES and page is None:
            page = found
        if (found["doctype_name"] or "").lower() == "html":
            doctype = found
    return page or doctype


def _item_tags(tag: str, item: str) -> re.Pattern[str]:
    """Return a pattern of the tags that delimit items, and of the root's end."""
    own = tag.rpartition(":")[0].lower()
    prefixes = "|".join(re.escape(f"{p}:") for p in sorted(_ITEM_PREFIXES | {own} - {"rdf"}) if p)
    name = rf"(?:{prefixes})?{item}"
    return re.compile(
        rf"<(?:{_OPAQUE_INNER}"
        rf"|(?P<open>(?i:{name})(?=[\s/>])(?:[^<>\"']|\"[^\"<]*\"|'[^'<]*')*+>)"
        rf"|/(?:(?P<close>(?i:{name}))|(?P<end>(?i:{re.escape(tag)})))\s*>)",
        re.DOTALL,
    )


def _cut(kind: Kind, text: str, tag: str, item: str, max_items: int) -> Scan:
    """Return the text between the root's tags, with its complete items up to the limit."""
    spans, end, last_close = _spans(text, tag, item)
    is_truncated = end < 0
    if is_truncated:
        end = last_close or _safe_end(text, item)
        spans = [span for span in spans if span[1] <= end]
        text = _closed(text[:end], tag)
    else:
        text = text[:end]
    return Scan(
        kind,
        text=_without(text, spans[max_items:]),
        head=_without(text, spans),
        items=len(spans),
        items_cut=max(len(spans) - max_items, 0),
        is_truncated=is_truncated,
    )


def _spans(text: str, tag: str, item: str) -> tuple[list[tuple[int, int]], int, int]:
    """Return where each item starts and ends, where the root ends, and the last item's end.

    An item that is not closed ends where the next starts. The root's end is -1
    where it is missing.
    """
    spans: list[tuple[int, int]] = []
    start, end, last_close = -1, -1, 0
    for found in _item_tags(tag, item).finditer(text):
        if found["open"]:
            if start >= 0:
                spans.append((start, found.start()))
            start = found.start()
            if found.group().endswith("/>"):
                spans.append(found.span())
                start, last_close = -1, found.end()
        elif found["close"]:
            if start >= 0:
                spans.append((start, found.end()))
            start, last_close = -1, found.end()
        elif found["end"]:
            end = found.end()
    if start >= 0 and end >= 0:
        spans.append((start, end - len(f"</{tag}>")))
    return spans, end, last_close


def _safe_end(text: str, item: str) -> int:
    """Return where the last complete tag before a document's first item ends."""
    first = re.search(rf"<(?:\w+:)?{item}[\s>]", text)
    return text.rfind(">", 0, first.start() if first else len(text)) + 1


def _closed(text: str, tag: str) -> str:
    """Return a text that breaks off with channel and root closed."""
    channel = _CHANNEL_OPEN.search(text)
    if channel and f"</{channel[1]}>" not in text:
        text += f"</{channel[1]}>"
    return f"{text}</{tag}>"


def _without(text: str, spans: list[tuple[int, int]]) -> str:
    parts: list[str] = []
    at = 0
    for start, end in spans:
        parts.append(text[at:start])
        at = end
    parts.append(text[at:])
    return "".join(parts)
